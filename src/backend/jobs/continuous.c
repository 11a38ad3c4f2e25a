/* SPDX-License-Identifier: Apache-2.0 */
/* continuous.c - jobs that follow their thing groups */
#include "jobs/continuous.h"
#include "jobs/queue.h"
#include "registry/rollout.h"
#include "str.h"

enum { CHANGES = 50 };	/* things in one step */

/* Triggers note who may have come or gone; what counts is how things stand now. */
enum status continuous_is_due(struct db *db)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM membership_change LIMIT 1", "");
}

static enum status is_target(struct db *db, const char *job, const char *thing)
{
	int64_t found = 0;

	return db_number(
	    &found, db,
	    "SELECT 1 FROM job_target WHERE job = ?1 AND CASE WHEN target LIKE 'thing/%'"
	    " THEN target = 'thing/' || ?2 AND EXISTS (SELECT 1 FROM thing WHERE name = ?2)"
	    " ELSE EXISTS (SELECT 1 FROM member WHERE thing_group = substr(target, 12) AND thing "
	    "= ?2) END LIMIT 1",
	    "ss", job, thing);
}

/* At once: the pace is for those who were there when the job began. */
static enum status joined(struct db *db, const char *job, const char *thing, int64_t now)
{
	enum status st = execution_exists(db, thing, job, false);

	if (st == GR_NO)
		st = queue_add(db, thing, job, now);
	return st == GR_OK ? rollout_cover(db, job, thing) : st;
}

static enum status stop_waiting(struct db *db, const char *job, const char *thing)
{
	struct rollout r;
	enum status st = rollout_take(db, job, thing);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if (rollout_get(&r, db, job) != GR_OK)
		return GR_FAIL;
	r.waiting--;
	return rollout_save(db, &r, 0);
}

static enum status left(struct db *db, const char *job, const char *thing, int64_t now)
{
	struct execution x;
	enum status st = stop_waiting(db, job, thing);

	if (st != GR_OK || (st = rollout_uncover(db, job, thing)) == GR_FAIL ||
	    (st = execution_find(&x, db, thing, job, 0)) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	return execution_is_terminal(x.status) ? GR_OK
					       : queue_move(db, &x, EXECUTION_REMOVED, NULL, now);
}

static enum status follow(struct db *db, const char *job, const char *thing, int64_t now)
{
	enum status target = is_target(db, job, thing), known = rollout_knows(db, job, thing);

	if (target == GR_FAIL || known == GR_FAIL)
		return GR_FAIL;
	if (target == known)
		return GR_OK;
	return target == GR_OK ? joined(db, job, thing, now) : left(db, job, thing, now);
}

/* The continuous job after `after`, in order of id. */
static enum status next_job(char job[static 65], struct db *db, const char *after)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT min(job) FROM continuous_target WHERE job > ?",
				  "s", after);

	if (st == GR_OK && db_is_null(row, 0))
		st = GR_NO;
	if (st == GR_OK)
		str_copy(job, 65, db_text(row, 0));
	db_done(row);
	return st;
}

static enum status follow_all(struct db *db, const char *thing, int64_t now)
{
	char job[65] = "";
	enum status st;

	while ((st = next_job(job, db, job)) == GR_OK)
		if ((st = follow(db, job, thing, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

static enum status next_change(char thing[static 129], struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT thing FROM membership_change LIMIT 1", "");

	if (st != GR_OK)
		return st;
	str_copy(thing, 129, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

enum status continuous_step(struct db *db, int64_t now)
{
	char thing[129];
	enum status st = GR_OK;

	for (int i = 0; i < CHANGES && (st = next_change(thing, db)) == GR_OK; i++)
		if ((st = db_run(db, "DELETE FROM membership_change WHERE thing = ?", "s",
				 thing)) != GR_OK ||
		    (st = follow_all(db, thing, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}
