/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h - one SQLite connection: cached prepared statements, bound values, short transactions.
 *
 * SQL texts are string literals: a statement is cached under the address of its text. Values are
 * bound by a type string, one letter a value: s text (const char *, NULL is SQL NULL), i int64_t,
 * d int (for counts and flags). On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_DB_H
#define GR_REGISTRY_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "status.h"

struct db;

enum db_mode { DB_OPEN, DB_CREATE };
/*
 * Opens the file at path without checking what is in it (registry_open does that); DB_CREATE makes
 * an empty one when it is not there. GR_BAD: missing, a folder or a link; GR_FAIL: it is there,
 * but cannot be opened. Free with db_close, which takes NULL.
 */
enum status db_open(struct db **db, const char *path, enum db_mode mode);
void db_close(struct db *db);
/* Sets what each connection needs: a write-ahead log, every commit synced. Writes to the file. */
enum status db_configure(struct db *db);
/* Tells whether the newest call failed because the file is no SQLite database. */
bool db_is_no_database(const struct db *db);

/*
 * Begin and end a write transaction, one at a time (BEGIN IMMEDIATE: waits up to 10 s for another
 * writer).
 */
enum status db_begin(struct db *db);
enum status db_commit(struct db *db);
/*
 * Sets the version that the tables have from now on in this program's eyes. db_begin is GR_FAIL,
 * one line, once another program has upgraded them.
 */
void db_expect(struct db *db, int version);
/* Tells whether another program has upgraded the tables; the first time it says so in one line. */
bool db_is_outdated(struct db *db);
void db_rollback(struct db *db);
/*
 * Begins a read transaction, until db_rollback: all that is read is of one moment. For reading
 * only.
 */
enum status db_snapshot(struct db *db);
bool db_in_transaction(const struct db *db);
/*
 * Begins one event inside a transaction that several share: db_undo undoes all since db_mark,
 * db_keep keeps it.
 */
enum status db_mark(struct db *db);
/*
 * Tells whether a statement since db_mark failed because of the disk, memory, or a file that
 * cannot be written: it may work later.
 */
bool db_is_unwell(const struct db *db);
/*
 * Notes, with a line, that what should be the same in two places is not (second_look.h); what and
 * name say which. Returns GR_FAIL.
 */
enum status db_damaged(struct db *db, const char *what, const char *name);
/* Tells whether damage was met, by db_damaged or by SQLite, since db_forget_damage. */
bool db_met_damage(const struct db *db);
void db_forget_damage(struct db *db);
enum status db_keep(struct db *db);
void db_undo(struct db *db);

/* Runs statements that have no parameters, one after the other. */
enum status db_script(struct db *db, const char *sql);
/* Runs a statement that gives no rows. */
enum status db_run(struct db *db, const char *sql, const char *types, ...);
/*
 * Runs a query up to its first row. GR_OK: *row holds the row until db_done. GR_NO: there is none,
 * and nothing to end. Columns are read with db_text (never NULL) and db_int; db_next goes to the
 * next row, and ends the query with GR_NO after the last.
 */
enum status db_query(sqlite3_stmt **row, struct db *db, const char *sql, const char *types, ...);
enum status db_next(struct db *db, sqlite3_stmt **row);
void db_done(sqlite3_stmt *row);	/* takes NULL */
/*
 * Goes to the next row if st, the status of the work on this row, is GR_OK; else ends the query
 * and returns st. Together with db_ended, which turns GR_NO into GR_OK, it makes a loop over all
 * rows.
 */
enum status db_each(struct db *db, sqlite3_stmt **row, enum status st);
enum status db_ended(enum status st);
const char *db_text(sqlite3_stmt *row, int column);
int64_t db_int(sqlite3_stmt *row, int column);
bool db_is_null(sqlite3_stmt *row, int column);

/* Runs a query that gives one integer, into *value. GR_NO: no row; *value untouched. */
enum status db_number(int64_t *value, struct db *db, const char *sql, const char *types, ...);
/*
 * Return how many rows were changed by the newest db_run, and by all since the connection was
 * opened.
 */
int db_changes(const struct db *db);
int64_t db_total_changes(const struct db *db);
int64_t db_last_id(const struct db *db);
/* Returns the SQLite connection, for calls that this module does not have. */
sqlite3 *db_handle(struct db *db);
const char *db_path(const struct db *db);	/* as it was given */
/*
 * Writes the log into the file, which then needs no other file beside it. GR_FAIL, one line: it
 * cannot, for example because another connection has the file open.
 */
enum status db_put_away_log(struct db *db);
/*
 * Returns a number that changes when another connection has committed (PRAGMA data_version); -1 on
 * an error.
 */
int64_t db_version(struct db *db);

#endif
