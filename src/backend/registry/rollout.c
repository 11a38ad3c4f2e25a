/* SPDX-License-Identifier: Apache-2.0 */
/* rollout.c - how far a job has come */
#include "registry/rollout.h"
#include "str.h"

#include <string.h>

#define COLUMNS "job, next, waiting, released, done, joins, recall"

enum status rollout_insert(struct db *db, const char *job)
{
	return db_run(db, "INSERT INTO rollout (job) VALUES (?)", "s", job);
}

static enum status take_one(struct rollout *r, sqlite3_stmt *row, enum status st)
{
	if (st != GR_OK)
		return st;
	*r = (struct rollout){
		.next = db_int(row, 1), .waiting = db_int(row, 2), .released = db_int(row, 3),
		.done = db_int(row, 4) != 0,
		.joins = db_int(row, 5) != 0, .recall = (enum cancellation)db_int(row, 6)
	};
	str_copy(r->job, sizeof r->job, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

enum status rollout_get(struct rollout *r, struct db *db, const char *job)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT " COLUMNS " FROM rollout WHERE job = ?", "s",
				  job);

	return take_one(r, row, st);
}

enum status rollout_save(struct db *db, const struct rollout *r, int64_t wake)
{
	return db_run(db,
		      "UPDATE rollout SET next = ?2, waiting = ?3, released = ?4, done = ?5, "
		      "joins = ?6, recall = ?7,"
		      " wake = CASE WHEN ?8 >= 0 THEN ?8 END WHERE job = ?1",
		      "siiidddi", r->job, r->next, r->waiting, r->released, (int)r->done,
		      (int)r->joins, (int)r->recall, wake);
}

enum status rollout_delete(struct db *db, const char *job)
{
	return db_run(db, "DELETE FROM rollout WHERE job = ?", "s", job);
}

enum status rollout_wake_at(struct db *db, const char *job, int64_t wake)
{
	return db_run(db, "UPDATE rollout SET wake = ?2 WHERE job = ?1", "si", job, wake);
}

enum status rollout_wake_all(struct db *db)
{
	return db_run(db, "UPDATE rollout SET wake = 0 WHERE wake IS NOT NULL", "");
}

enum status rollout_due(struct rollout *r, struct db *db, int64_t now)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS
				  " FROM rollout WHERE wake <= ? ORDER BY wake LIMIT 1",
				  "i", now);

	return take_one(r, row, st);
}

enum status rollout_next_wake(int64_t *at, struct db *db)
{
	return db_number(at, db,
			 "SELECT wake FROM rollout WHERE wake IS NOT NULL ORDER BY wake LIMIT 1",
			 "");
}

enum status rollout_await(int64_t *count, struct db *db, const char *job, const char *target)
{
	enum status st = strncmp(target, "thing/", 6) == 0
	    ? db_run(db,
		     "INSERT OR IGNORE INTO awaiting (job, thing)"
		     " SELECT ?1, name FROM thing WHERE name = ?2"
		     " AND NOT EXISTS (SELECT 1 FROM covered WHERE job = ?1 AND thing = name)",
		     "ss", job, target + 6)
	    : db_run(db,
		     "INSERT OR IGNORE INTO awaiting (job, thing)"
		     " SELECT ?1, thing FROM member m WHERE thing_group = ?2"
		     " AND NOT EXISTS (SELECT 1 FROM covered WHERE job = ?1 AND thing = m.thing)",
		     "ss", job, target + 11);

	if (st == GR_OK)
		*count += db_changes(db);
	return st;
}

enum status rollout_waiting(struct db *db, const char *job,
			    enum status (*each)(void *arg, const char *thing), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT thing FROM awaiting WHERE job = ? ORDER BY thing", "s",
				  job);

	while (st == GR_OK)
		st = db_each(db, &row, each(arg, db_text(row, 0)));
	return db_ended(st);
}

enum status rollout_first(char thing[static 129], struct db *db, const char *job)
{
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db, "SELECT thing FROM awaiting WHERE job = ? ORDER BY thing LIMIT 1",
		     "s", job);

	if (st != GR_OK)
		return st;
	str_copy(thing, 129, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

enum status rollout_take(struct db *db, const char *job, const char *thing)
{
	enum status st = db_run(db, "DELETE FROM awaiting WHERE job = ? AND thing = ?", "ss", job,
				thing);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}

enum status rollout_forget(struct db *db, const char *job, int max)
{
	enum status st = db_run(db,
				"DELETE FROM awaiting WHERE job = ?1 AND thing IN"
				" (SELECT thing FROM awaiting WHERE job = ?1 LIMIT ?2)",
				"sd", job, max);

	if (st != GR_OK || db_changes(db) == max)
		return st;
	st = db_run(db,
		    "DELETE FROM covered WHERE job = ?1 AND thing IN"
		    " (SELECT thing FROM covered WHERE job = ?1 LIMIT ?2)",
		    "sd", job, max);
	return st == GR_OK && db_changes(db) < max ? GR_NO : st;
}

enum status rollout_cover(struct db *db, const char *job, const char *thing)
{
	return db_run(db, "INSERT OR IGNORE INTO covered (job, thing) VALUES (?, ?)", "ss", job,
		      thing);
}

enum status rollout_uncover(struct db *db, const char *job, const char *thing)
{
	enum status st = db_run(db, "DELETE FROM covered WHERE job = ? AND thing = ?", "ss", job,
				thing);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}

enum status rollout_knows(struct db *db, const char *job, const char *thing)
{
	int64_t found = 0;

	return db_number(&found, db,
			 "SELECT 1 FROM covered WHERE job = ?1 AND thing = ?2"
			 " UNION ALL SELECT 1 FROM awaiting WHERE job = ?1 AND thing = ?2 LIMIT 1",
			 "ss", job, thing);
}
