/* SPDX-License-Identifier: Apache-2.0 */
/* execution.c - job executions */
#include "registry/execution.h"
#include "registry/job.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS \
	"id, thing, job, number, status, version, queued, coalesce(started, 0), updated, " \
	"coalesce(deadline, 0), coalesce(step_deadline, 0), attempt"
/*
 * Also where one status alone is asked for: only a query that has this term may use the indexes of
 * open executions.
 */
#define OPEN "status IN ('QUEUED', 'IN_PROGRESS')"
#define IN_ORDER " ORDER BY status = 'QUEUED', queued, id"
#define PENDING "SELECT " COLUMNS " FROM execution WHERE thing = ?1 AND " OPEN IN_ORDER

static const char *const names[] = {
	[EXECUTION_QUEUED] = "QUEUED", [EXECUTION_IN_PROGRESS] = "IN_PROGRESS",
	[EXECUTION_SUCCEEDED] = "SUCCEEDED",
	[EXECUTION_FAILED] = "FAILED", [EXECUTION_TIMED_OUT] = "TIMED_OUT",
	[EXECUTION_REJECTED] = "REJECTED",
	[EXECUTION_REMOVED] = "REMOVED", [EXECUTION_CANCELED] = "CANCELED"
};

const char *execution_status_name(enum execution_status s)
{
	return names[s];
}

enum execution_status execution_status_find(const char *name)
{
	enum execution_status s = 0;

	while (s < EXECUTION_STATUS_COUNT && strcmp(names[s], name) != 0)
		s++;
	return s;
}

bool execution_is_terminal(enum execution_status s)
{
	return s != EXECUTION_QUEUED && s != EXECUTION_IN_PROGRESS;
}

static void take(struct execution *x, sqlite3_stmt *row)
{
	*x = (struct execution){
		.id = db_int(row, 0), .number = db_int(row, 3),
		.status = execution_status_find(db_text(row, 4)),
		.version = db_int(row, 5), .queued = db_int(row, 6), .started = db_int(row, 7),
		.updated = db_int(row, 8),
		.deadline = db_int(row, 9), .step_deadline = db_int(row, 10),
		.attempt = db_int(row, 11)
	};
	str_copy(x->thing, sizeof x->thing, db_text(row, 1));
	str_copy(x->job, sizeof x->job, db_text(row, 2));
}

/* Ends a query for one row. */
static enum status take_one(struct execution *x, sqlite3_stmt *row, enum status st)
{
	if (st == GR_OK)
		take(x, row);
	db_done(row);
	return st;
}

enum status execution_find(struct execution *x, struct db *db, const char *thing, const char *job,
			   int64_t number)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM execution WHERE thing = ?1 AND job = ?2"
				  " AND (?3 = 0 OR number = ?3) ORDER BY number DESC LIMIT 1",
				  "ssi", thing, job, number);

	return take_one(x, row, st);
}

enum status execution_by_id(struct execution *x, struct db *db, int64_t id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT " COLUMNS " FROM execution WHERE id = ?", "i",
				  id);

	return take_one(x, row, st);
}

enum status execution_front(struct execution *x, struct db *db, const char *thing)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, PENDING " LIMIT 1", "s", thing);

	return take_one(x, row, st);
}

enum status execution_pending(struct execution *list, size_t *count, size_t max, struct db *db,
			      const char *thing)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, PENDING, "s", thing);

	for (*count = 0; st == GR_OK && *count < max; ++*count) {
		take(&list[*count], row);
		st = db_next(db, &row);
	}
	db_done(row);
	return st == GR_FAIL ? st : GR_OK;
}

enum status execution_rotation(struct execution *x, struct db *db, const char *thing,
			       const char *status)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT " COLUMNS " FROM execution x WHERE thing = ?1 AND " OPEN
	    " AND (?2 = '' OR status = ?2) AND (SELECT CASE WHEN json_valid(document) THEN"
	    " json_extract(document, '$.operation') = '" JOB_ROTATE
	    "' END FROM job WHERE id = x.job)" IN_ORDER " LIMIT 1",
	    "ss", thing, status);

	return take_one(x, row, st);
}

enum status execution_details(char **details, struct db *db, int64_t id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT details FROM execution WHERE id = ?", "i", id);

	if (st == GR_OK && !(*details = strdup(db_text(row, 0))))
		st = GR_FAIL;
	db_done(row);
	return st;
}

enum status execution_is_forced(struct db *db, int64_t id)
{
	int64_t forced = 0;

	return db_number(&forced, db, "SELECT 1 FROM execution WHERE id = ? AND force_canceled",
			 "i", id);
}

enum status execution_set_forced(struct db *db, int64_t id, bool forced)
{
	return db_run(db, "UPDATE execution SET force_canceled = ? WHERE id = ?", "di",
		      (int)forced, id);
}

/*
 * The custody record outlives its execution, and is looked up by number: a number that came again
 * would meet the old record.
 */
enum status execution_queue(struct db *db, const char *thing, const char *job, int64_t attempt,
			    int64_t now)
{
	return db_run(
	    db,
	    "INSERT INTO execution (thing, job, number, attempt, status, queued, updated) VALUES "
	    "(?1, ?2, 1 + max("
	    "coalesce((SELECT max(number) FROM execution WHERE thing = ?1 AND job = ?2), 0),"
	    "coalesce((SELECT max(number) FROM rotation WHERE thing = ?1 AND job = ?2), 0)), ?3, "
	    "'QUEUED', ?4, ?4)",
	    "ssii", thing, job, attempt, now);
}

enum status execution_save(struct db *db, const struct execution *x, const char *details)
{
	return db_run(db,
		      "UPDATE execution SET status = ?2, version = ?3, started = nullif(?4, 0), "
		      "updated = ?5,"
		      " deadline = nullif(?6, 0), step_deadline = nullif(?7, 0), details = "
		      "coalesce(?8, details) WHERE id = ?1",
		      "isiiiiis", x->id, execution_status_name(x->status), x->version, x->started,
		      x->updated, x->deadline, x->step_deadline, details);
}

enum status execution_next_deadline(int64_t *at, struct db *db)
{
	int64_t first = 0;
	enum status st = db_number(&first, db,
				   "SELECT coalesce(min(at), 0) FROM ("
				   "SELECT min(deadline) AS at FROM execution WHERE status = "
				   "'IN_PROGRESS' AND deadline IS NOT NULL UNION ALL "
				   "SELECT min(step_deadline) FROM execution WHERE status = "
				   "'IN_PROGRESS' AND step_deadline IS NOT NULL)",
				   "");

	if (st == GR_OK && first == 0)
		return GR_NO;
	if (st == GR_OK)
		*at = first;
	return st;
}

enum status execution_expired(struct execution *x, struct db *db, int64_t timer_now)
{
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db,
		     "SELECT " COLUMNS
		     " FROM execution WHERE status = 'IN_PROGRESS' AND deadline <= ?1 LIMIT 1",
		     "i", timer_now);

	if ((st = take_one(x, row, st)) != GR_NO)
		return st;
	st = db_query(
	    &row, db,
	    "SELECT " COLUMNS
	    " FROM execution WHERE status = 'IN_PROGRESS' AND step_deadline <= ?1 LIMIT 1",
	    "i", timer_now);
	return take_one(x, row, st);
}

enum status execution_open(struct execution *x, struct db *db, const char *job,
			   enum execution_status status)
{
	sqlite3_stmt *row;
	enum status st = status == EXECUTION_QUEUED
	    ? db_query(&row, db,
		       "SELECT " COLUMNS " FROM execution WHERE job = ? AND " OPEN
		       " AND status = 'QUEUED' LIMIT 1",
		       "s", job)
	    : db_query(&row, db,
		       "SELECT " COLUMNS " FROM execution WHERE job = ? AND " OPEN
		       " AND status = 'IN_PROGRESS' LIMIT 1",
		       "s", job);

	return take_one(x, row, st);
}

enum status execution_exists(struct db *db, const char *thing, const char *job, bool ever)
{
	int64_t found = 0;

	return db_number(&found, db,
			 "SELECT 1 FROM execution WHERE thing = ?1 AND job = ?2 AND (?3 OR status "
			 "IN ('QUEUED', 'IN_PROGRESS')) LIMIT 1",
			 "ssd", thing, job, (int)ever);
}

enum status execution_count_attempts(int64_t *count, struct db *db, const struct execution *x,
				     enum execution_status status)
{
	return db_number(count, db,
			 "SELECT count(*) FROM execution WHERE thing = ?1 AND job = ?2 AND number "
			 "BETWEEN ?3 AND ?4 AND status = ?5",
			 "ssiis", x->thing, x->job, x->number - x->attempt, x->number,
			 execution_status_name(status));
}

enum status execution_delete(struct db *db, int64_t id)
{
	return db_run(db, "DELETE FROM execution WHERE id = ?", "i", id);
}

enum status execution_delete_some(int *deleted, struct db *db, const char *job, int max)
{
	enum status st = db_run(db,
				"DELETE FROM execution WHERE id IN"
				" (SELECT id FROM execution WHERE job = ? LIMIT ?)",
				"sd", job, max);

	*deleted = st == GR_OK ? db_changes(db) : 0;
	return st;
}
