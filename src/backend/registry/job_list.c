/* SPDX-License-Identifier: Apache-2.0 */
/* job_list.c - jobs as an operator lists them */
#include "registry/job_list.h"

static enum status list(struct db *db, sqlite3_stmt *row, enum status st,
			enum status (*each)(void *arg, const struct job_row *row), void *arg)
{
	while (st == GR_OK) {
		const struct job_row job = {
			.id = db_text(row, 0), .status = db_text(row, 1),
			.created = db_int(row, 2), .updated = db_int(row, 3),
			.continuous = db_int(row, 4) != 0,
			.executions = db_int(row, 5), .waiting = db_int(row, 6)
		};

		st = db_each(db, &row, each(arg, &job));
	}
	return db_ended(st);
}

enum status job_list(struct db *db, const struct job_query *query,
		     enum status (*each)(void *arg, const struct job_row *row), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT id, status, created, updated, continuous,"
	    " (SELECT coalesce(sum(count), 0) FROM tally WHERE job = job.id),"
	    " coalesce((SELECT waiting FROM rollout WHERE job = job.id), 0)"
	    " FROM job WHERE ?1 = '' OR status = ?1 ORDER BY created, id LIMIT ?3 OFFSET ?2",
	    "sii", query->status, query->skip, query->limit);

	return list(db, row, st, each, arg);
}

enum status job_list_open(struct db *db, int limit,
			  enum status (*each)(void *arg, const struct job_row *row), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT id, status, created, updated, continuous, 0, coalesce(waiting, 0)"
	    " FROM job LEFT JOIN rollout ON job = id"
	    " WHERE status IN ('IN_PROGRESS', 'SCHEDULED') ORDER BY created DESC LIMIT ?",
	    "d", limit);

	return list(db, row, st, each, arg);
}
