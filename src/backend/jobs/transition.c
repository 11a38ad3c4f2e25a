/* SPDX-License-Identifier: Apache-2.0 */
/* transition.c - changes job executions */
#include "jobs/transition.h"
#include "complain.h"
#include "jobs/completion.h"
#include "jobs/events.h"
#include "json.h"

#include <stdlib.h>

/* most of them in one part: a device's request must not wait while a whole fleet's are ended */
enum { EXECUTIONS = 100, ROWS = 1000 };

enum status transition_add(struct db *db, const char *thing, const char *job, int64_t now)
{
	int64_t before = 0;
	enum status st = events_front(&before, db, thing);

	if (st == GR_OK)
		st = execution_queue(db, thing, job, 0, now);
	return st == GR_OK ? events_thing(db, thing, before, true, now) : st;
}

static enum status end_first_part(struct db *db, const char *job, int64_t now)
{
	struct rollout r;

	if (rollout_get(&r, db, job) != GR_OK)
		return GR_FAIL;
	return transition_end_part(db, &r, now);
}

/*
 * Does what follows from the end of x. completion_judge comes before the thing is notified, so
 * that one notification covers both the end and a next attempt.
 */
static enum status end(struct db *db, const struct execution *x, int64_t front_before, int64_t now)
{
	bool aborted = false;
	enum status st = events_execution(db, x, false, now);

	if (st == GR_OK)
		st = completion_judge(&aborted, db, x, now);
	if (st == GR_OK && aborted)
		st = end_first_part(db, x->job, now);
	if (st == GR_OK)
		st = events_thing(db, x->thing, front_before, true, now);
	return st == GR_OK ? completion_complete(db, x->job, now) : st;
}

static enum status save(struct db *db, struct execution *x, const char *details, bool begins,
			int64_t now)
{
	int64_t before = 0;
	enum status st = events_front(&before, db, x->thing);

	if (st == GR_OK)
		st = execution_save(db, x, details);
	if (st != GR_OK)
		return st;
	return execution_is_terminal(x->status) ? end(db, x, before, now)
						: events_thing(db, x->thing, before, begins, now);
}

enum status transition_move(struct db *db, struct execution *x, enum execution_status status,
			    const json_t *details, int64_t now)
{
	bool begins = x->status == EXECUTION_QUEUED && status == EXECUTION_IN_PROGRESS;
	char *text = details ? json_compact(details) : NULL;
	enum status st;

	if (details && !text) {
		complain("job %s, thing %s: out of memory", x->job, x->thing);
		return GR_FAIL;
	}
	if (begins)
		x->started = now;
	x->status = status;
	x->updated = now;
	x->version++;
	st = save(db, x, text, begins, now);
	free(text);
	return st;
}

enum status transition_delete(struct db *db, const struct execution *x, int64_t now)
{
	int64_t before = 0;
	enum status st;

	if (execution_is_terminal(x->status))
		return execution_delete(db, x->id);
	st = events_front(&before, db, x->thing);
	if (st == GR_OK)
		st = events_execution(db, x, true, now);
	if (st == GR_OK)
		st = execution_delete(db, x->id);
	if (st == GR_OK)
		st = events_thing(db, x->thing, before, true, now);
	return st == GR_OK ? completion_complete(db, x->job, now) : st;
}

enum status transition_time_out(int *count, struct db *db, int max, int64_t timer_now,
				int64_t now)
{
	struct execution x;
	enum status st = GR_OK;

	for (*count = 0;
	     *count < max && (st = execution_expired(&x, db, timer_now)) == GR_OK; ++*count)
		if ((st = transition_move(db, &x, EXECUTION_TIMED_OUT, NULL, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

enum status transition_remove_thing(struct db *db, const char *thing, int64_t now)
{
	struct execution x;
	enum status st;

	while ((st = execution_front(&x, db, thing)) == GR_OK)
		if ((st = transition_move(db, &x, EXECUTION_REMOVED, NULL, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

enum status transition_end_job(struct db *db, const struct job *job, enum cancellation what,
			       const char *reason, const char *comment, int64_t now)
{
	enum status st = completion_end(db, job, what, reason, comment, now);

	return st == GR_OK ? end_first_part(db, job->id, now) : st;
}

/* Finds the next execution to cancel or delete. GR_NO: none is left. */
static enum status next_execution(struct execution *x, struct db *db, const struct rollout *r)
{
	enum status st = GR_NO;

	if (r->recall >= RECALL_QUEUED)
		st = execution_open(x, db, r->job, EXECUTION_QUEUED);
	if (st == GR_NO && r->recall >= RECALL_STARTED)
		st = execution_open(x, db, r->job, EXECUTION_IN_PROGRESS);
	return st;
}

static enum status end_execution(struct db *db, struct execution *x, enum cancellation what,
				 int64_t now)
{
	enum status st = GR_OK;

	if (what == RECALL_JOB)
		return transition_delete(db, x, now);
	if (x->status == EXECUTION_IN_PROGRESS)
		st = execution_set_forced(db, x->id, true);
	return st == GR_OK ? transition_move(db, x, EXECUTION_CANCELED, NULL, now) : st;
}

/* Ends up to EXECUTIONS of the job's open executions. *more: there may be others. */
static enum status end_executions(bool *more, struct db *db, const struct rollout *r, int64_t now)
{
	struct execution x;
	enum status st;

	*more = false;
	for (int i = 0; i < EXECUTIONS; i++) {
		if ((st = next_execution(&x, db, r)) != GR_OK)
			return st == GR_NO ? GR_OK : st;
		if ((st = end_execution(db, &x, r->recall, now)) != GR_OK)
			return st;
	}
	*more = true;
	return GR_OK;
}

static enum status forget_executions(bool *more, struct db *db, const struct rollout *r)
{
	int deleted = 0;
	enum status st = GR_OK;

	if (r->recall == RECALL_JOB)
		st = execution_delete_some(&deleted, db, r->job, ROWS);
	*more = deleted == ROWS;
	return st;
}

/*
 * Forgets up to ROWS things that wait, or that a continuous job has reached. *more: others are
 * left.
 */
static enum status forget_things(bool *more, struct db *db, const struct rollout *r)
{
	enum status st = rollout_forget(db, r->job, ROWS);

	*more = st == GR_OK;
	return st == GR_NO ? GR_OK : st;
}

static enum status finish(struct db *db, struct rollout *r, int64_t now)
{
	enum cancellation what = r->recall;
	enum status st;

	if (what == RECALL_JOB) {
		st = events_job(db, r->job, JOB_EVENT_DELETED, now);
		return st == GR_OK ? job_delete(db, r->job) : st;
	}
	r->recall = RECALL_NOTHING;
	r->done = true;
	if ((st = rollout_save(db, r, ROLLOUT_NEVER)) != GR_OK)
		return st;
	return what == RECALL_ROLLOUT ? completion_complete(db, r->job, now)
				      : events_job(db, r->job, JOB_EVENT_CANCELED, now);
}

enum status transition_end_part(struct db *db, struct rollout *r, int64_t now)
{
	bool more = false;
	enum status st = end_executions(&more, db, r, now);

	if (st == GR_OK && !more)
		st = forget_executions(&more, db, r);
	if (st == GR_OK && !more)
		st = forget_things(&more, db, r);
	return st == GR_OK && !more ? finish(db, r, now) : st;
}

/* Returns what happens to the open executions of a job that has ended. */
static enum cancellation recall_of(const struct job *job)
{
	if (job->status == JOB_DELETION_IN_PROGRESS)
		return RECALL_JOB;
	if (job->status != JOB_CANCELED)
		return RECALL_NOTHING;
	return job->force_canceled ? RECALL_STARTED : RECALL_QUEUED;
}

enum status transition_end_early(bool *ended, struct db *db, const struct job *job,
				 struct execution *x, int64_t now)
{
	enum cancellation what = recall_of(job);

	*ended = what != RECALL_NOTHING;
	if (what == RECALL_QUEUED && x->status != EXECUTION_QUEUED)
		*ended = false;
	return *ended ? end_execution(db, x, what, now) : GR_OK;
}
