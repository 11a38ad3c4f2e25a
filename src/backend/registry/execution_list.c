/* SPDX-License-Identifier: Apache-2.0 */
/* execution_list.c - executions as an operator lists them */
#include "registry/execution_list.h"

#define SELECT \
	"SELECT id, number, attempt, job, thing, status, details," \
	" coalesce(json_extract(details, '$.DeviceFailureReason'), '')," \
	" queued, coalesce(started, 0), updated FROM execution WHERE "
#define SELECTED "AND (?2 = '' OR status = ?2) AND id > ?3 ORDER BY id LIMIT ?4"

enum status execution_list(struct db *db, const struct execution_query *query,
			   enum status (*each)(void *arg, const struct execution_row *row),
			   void *arg)
{
	sqlite3_stmt *row;
	enum status st = query->thing
	    ? db_query(&row, db, SELECT "thing = ?1 " SELECTED, "ssii", query->thing,
		       query->status, query->after, query->limit)
	    : db_query(&row, db, SELECT "job = ?1 " SELECTED, "ssii", query->job, query->status,
		       query->after, query->limit);

	while (st == GR_OK) {
		const struct execution_row execution = {
			.id = db_int(row, 0), .number = db_int(row, 1), .attempt = db_int(row, 2),
			.job = db_text(row, 3), .thing = db_text(row, 4),
			.status = db_text(row, 5), .details = db_text(row, 6),
			.reason = db_text(row, 7), .queued = db_int(row, 8),
			.started = db_int(row, 9), .updated = db_int(row, 10)
		};

		st = db_each(db, &row, each(arg, &execution));
	}
	return db_ended(st);
}

static enum status list_failures(
    struct db *db, sqlite3_stmt *row, enum status st,
    enum status (*each)(void *arg, const struct execution_failure *failure), void *arg)
{
	while (st == GR_OK) {
		const struct execution_failure failure = {
			.thing = db_text(row, 0), .job = db_text(row, 1),
			.status = db_text(row, 2), .reason = db_text(row, 3),
			.times = db_int(row, 4), .updated = db_int(row, 5)
		};

		st = db_each(db, &row, each(arg, &failure));
	}
	return db_ended(st);
}

#define FAILED "status IN ('FAILED', 'TIMED_OUT', 'REJECTED')"

enum status execution_list_failures(
    struct db *db, const char *job, int limit,
    enum status (*each)(void *arg, const struct execution_failure *failure), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT thing, job, status,"
	    " coalesce(json_extract(details, '$.DeviceFailureReason'), ''), 1, updated"
	    " FROM execution WHERE job = ? AND " FAILED " ORDER BY updated DESC LIMIT ?",
	    "sd", job, limit);

	return list_failures(db, row, st, each, arg);
}

/* Where max() stands, SQLite takes the other columns from the row of the maximum. */
enum status execution_list_reasons(
    struct db *db, int64_t since, int limit,
    enum status (*each)(void *arg, const struct execution_failure *failure), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT thing, job, status,"
	    " coalesce(json_extract(details, '$.DeviceFailureReason'), 'no reason given')"
	    "  AS reason, count(*) AS times, max(updated)"
	    " FROM execution WHERE " FAILED " AND updated >= ?"
	    " GROUP BY reason, status ORDER BY times DESC, reason LIMIT ?",
	    "id", since, limit);

	return list_failures(db, row, st, each, arg);
}

enum status execution_count_retries(int64_t *count, struct db *db, const char *job)
{
	return db_number(count, db, "SELECT count(*) FROM execution WHERE job = ? AND attempt > 0",
			 "s", job);
}
