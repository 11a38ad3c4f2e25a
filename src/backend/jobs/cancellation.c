/* SPDX-License-Identifier: Apache-2.0 */
/* cancellation.c - taking a job back */
#include "jobs/cancellation.h"
#include "jobs/completion.h"
#include "jobs/events.h"
#include "jobs/queue.h"

/* in one step: requests of devices are not to wait for a whole fleet */
enum { EXECUTIONS = 100, ROWS = 1000 };

static enum status mark_canceled(struct db *db, const struct job *job, enum cancellation what,
				 const char *reason, const char *comment, int64_t now)
{
	enum status st;

	if ((st = db_run(db,
			 "UPDATE job SET reason = coalesce(?2, reason), comment = coalesce(?3, "
			 "comment), force_canceled = ?4 WHERE id = ?1",
			 "sssd", job->id, reason, comment, (int)(what == RECALL_STARTED))) !=
		GR_OK ||
	    (st = job_set_status(db, job->id, JOB_CANCELED, now)) != GR_OK)
		return st;
	return events_job(db, job->id, JOB_EVENT_CANCELING, now);
}

static enum status mark_deleted(struct db *db, const struct job *job, int64_t now)
{
	enum status st = job_set_status(db, job->id, JOB_DELETION_IN_PROGRESS, now);

	return st == GR_OK ? events_job(db, job->id, JOB_EVENT_DELETING, now) : st;
}

enum status cancellation_begin(struct db *db, const struct job *job, enum cancellation what,
			       const char *reason, const char *comment, int64_t now)
{
	struct rollout r;
	enum status st = what == RECALL_JOB ? mark_deleted(db, job, now)
	    : what == RECALL_ROLLOUT	    ? GR_OK
					    : mark_canceled(db, job, what, reason, comment, now);

	if (st != GR_OK ||
	    (st = db_run(db,
			 "DELETE FROM continuous_target WHERE (target, job) IN (SELECT target, "
			 "job FROM job_target WHERE job = ?)",
			 "s", job->id)) != GR_OK ||
	    rollout_get(&r, db, job->id) != GR_OK)
		return GR_FAIL;
	r.waiting = 0;
	r.joins = false;
	if (what > r.recall)
		r.recall = what;
	if ((st = rollout_save(db, &r, 0)) != GR_OK)
		return st;
	st = cancellation_step(db, &r, now);
	return st == GR_NO ? GR_OK : st;
}

/* The next one to take back. GR_NO: none is left. */
static enum status next_execution(struct execution *x, struct db *db, const struct rollout *r)
{
	enum status st = r->recall >= RECALL_QUEUED
	    ? execution_open(x, db, r->job, EXECUTION_QUEUED)
	    : GR_NO;

	return st == GR_NO && r->recall >= RECALL_STARTED
	    ? execution_open(x, db, r->job, EXECUTION_IN_PROGRESS)
	    : st;
}

static enum status take_back(struct db *db, struct execution *x, enum cancellation what,
			     int64_t now)
{
	enum status st;

	if (what == RECALL_JOB)
		return queue_delete(db, x, now);
	if (x->status == EXECUTION_IN_PROGRESS &&
	    (st = db_run(db, "UPDATE execution SET force_canceled = 1 WHERE id = ?", "i",
			 x->id)) != GR_OK)
		return st;
	return queue_move(db, x, EXECUTION_CANCELED, NULL, now);
}

/* GR_NO: there is more. */
static enum status take_executions(struct db *db, const struct rollout *r, int64_t now)
{
	struct execution x;
	enum status st = GR_OK;

	for (int i = 0; i < EXECUTIONS && (st = next_execution(&x, db, r)) == GR_OK; i++)
		if ((st = take_back(db, &x, r->recall, now)) != GR_OK)
			return st;
	if (st != GR_NO)
		return st == GR_OK ? GR_NO : st;
	if (r->recall != RECALL_JOB)
		return GR_OK;
	st = db_run(
	    db,
	    "DELETE FROM execution WHERE id IN (SELECT id FROM execution WHERE job = ? LIMIT ?)",
	    "sd", r->job, ROWS);
	return st == GR_OK && db_changes(db) == ROWS ? GR_NO : st;
}

static enum status finish(struct db *db, struct rollout *r, int64_t now)
{
	enum cancellation what = r->recall;
	enum status st;

	if (what == RECALL_JOB)
		return (st = events_job(db, r->job, JOB_EVENT_DELETED, now)) == GR_OK
		    ? job_delete(db, r->job)
		    : st;
	r->recall = RECALL_NOTHING;
	r->done = true;
	if ((st = rollout_save(db, r, ROLLOUT_NEVER)) != GR_OK)
		return st;
	return what == RECALL_ROLLOUT ? completion_complete(db, r->job, now)
				      : events_job(db, r->job, JOB_EVENT_CANCELED, now);
}

enum status cancellation_step(struct db *db, struct rollout *r, int64_t now)
{
	enum status st = take_executions(db, r, now);

	if (st != GR_OK)
		return st;
	st = rollout_forget(db, r->job, ROWS);
	return st == GR_NO ? finish(db, r, now) : st == GR_OK ? GR_NO : st;
}

enum status cancellation_doomed(struct db *db, const struct job *job, struct execution *x,
				int64_t now)
{
	enum cancellation what = job->status == JOB_DELETION_IN_PROGRESS ? RECALL_JOB
	    : job->status != JOB_CANCELED				 ? RECALL_NOTHING
	    : job->force_canceled					 ? RECALL_STARTED
									 : RECALL_QUEUED;
	enum status st;

	if (what == RECALL_NOTHING || (what == RECALL_QUEUED && x->status != EXECUTION_QUEUED))
		return GR_OK;
	return (st = take_back(db, x, what, now)) == GR_OK ? GR_NO : st;
}
