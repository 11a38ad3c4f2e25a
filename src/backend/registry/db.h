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
 * Opens the file at path, whatever is in it (registry_open looks); DB_CREATE makes an empty one
 * when it is not there. GR_BAD: missing, a folder or a link; GR_FAIL: it is there, but cannot be
 * opened. Free with db_close, which takes NULL.
 */
enum status db_open(struct db **db, const char *path, enum db_mode mode);
void db_close(struct db *db);
/* Sets what each connection needs: a write-ahead log, every commit synced. Writes to the file. */
enum status db_configure(struct db *db);
/* True: the newest call failed because the file is no SQLite database. */
bool db_is_no_database(const struct db *db);

/* One write transaction at a time (BEGIN IMMEDIATE: waits up to 10 s for another writer). */
enum status db_begin(struct db *db);
enum status db_commit(struct db *db);
void db_rollback(struct db *db);
/* Until db_rollback all that is read is of one moment; writes are not for this. */
enum status db_snapshot(struct db *db);
bool db_in_transaction(const struct db *db);
/*
 * One event inside a transaction that several share: db_undo takes back what came since its
 * db_mark.
 */
enum status db_mark(struct db *db);
/*
 * Since db_mark a statement failed for want of room, memory or a file that can be written: the
 * same may work later.
 */
bool db_is_unwell(const struct db *db);
enum status db_keep(struct db *db);
void db_undo(struct db *db);

/* Runs statements that have no parameters, one after the other. */
enum status db_script(struct db *db, const char *sql);
/* Runs a statement that gives no rows. */
enum status db_run(struct db *db, const char *sql, const char *types, ...);
/*
 * First row of a query. GR_OK: *row holds it until db_done; GR_NO: no row and nothing to end.
 * Columns are read with db_text (never NULL) and db_int; db_next steps on (GR_NO ends by itself).
 */
enum status db_query(sqlite3_stmt **row, struct db *db, const char *sql, const char *types, ...);
enum status db_next(struct db *db, sqlite3_stmt **row);
void db_done(sqlite3_stmt *row);	/* takes NULL */
/*
 * Steps on if st, what was done with the row, is GR_OK; else ends the query and gives st back.
 * Together with db_ended, which makes GR_OK of GR_NO, it is the loop over all rows.
 */
enum status db_each(struct db *db, sqlite3_stmt **row, enum status st);
enum status db_ended(enum status st);
const char *db_text(sqlite3_stmt *row, int column);
int64_t db_int(sqlite3_stmt *row, int column);
bool db_is_null(sqlite3_stmt *row, int column);

/* The one integer a query gives, into *value. GR_NO: no row; *value untouched. */
enum status db_number(int64_t *value, struct db *db, const char *sql, const char *types, ...);
/* Rows changed by the newest db_run, and by all of this connection's life. */
int db_changes(const struct db *db);
int64_t db_total_changes(const struct db *db);
int64_t db_last_id(const struct db *db);
/* For what only SQLite itself can do. */
sqlite3 *db_handle(struct db *db);
const char *db_path(const struct db *db);	/* as it was given */
/*
 * Writes the log into the file, which then needs no other file beside it. GR_FAIL, one line: also
 * while another connection has the file open.
 */
enum status db_put_away_log(struct db *db);
/* Moves when another connection has committed (PRAGMA data_version); -1 on an error. */
int64_t db_version(struct db *db);

#endif
