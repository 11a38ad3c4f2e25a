/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler.c - does the work of rollouts and schedules in small steps */
#include "jobs/scheduler.h"
#include "jobs/completion.h"
#include "jobs/continuous.h"
#include "jobs/rate_limiter.h"
#include "jobs/transition.h"
#include "registry/counters.h"
#include "registry/rollout.h"
#include "registry/thing.h"

/* RELEASES: most things in one step; TICKS: how often in a minute a job is looked at, at most */
enum { RELEASES = 100, TICKS = 3000 };

enum status scheduler_next(int64_t *at, struct db *db)
{
	enum status st = continuous_is_due(db);

	if (st != GR_NO) {
		*at = 0;
		return st;
	}
	return rollout_next_wake(at, db);
}

/*
 * Gives a waiting thing its execution, unless the thing was deleted or has an execution already.
 */
static enum status release(struct db *db, struct rollout *r, const struct job *job,
			   const char *thing, int64_t now)
{
	enum status st, there, had;

	if ((st = rollout_take(db, r->job, thing)) != GR_OK)
		return GR_FAIL;
	r->waiting--;
	there = thing_exists(db, thing);
	had = execution_exists(db, thing, r->job, !job->continuous);
	if (there == GR_FAIL || had == GR_FAIL ||
	    (job->continuous && (st = rollout_cover(db, r->job, thing)) != GR_OK))
		return GR_FAIL;
	if (there == GR_NO || had == GR_OK)
		return GR_OK;
	r->released++;
	return transition_add(db, thing, r->job, now);
}

/* Releases the things that are due by the rate. GR_NO: no thing waits any more. */
static enum status release_due(struct db *db, struct rollout *r, const struct job *job,
			       const struct settings *limits, int64_t now)
{
	struct counters t;
	char thing[129];
	enum status st = counters_read(&t, db, r->job);

	for (int i = 0;
	     st == GR_OK && i < RELEASES && (st = rollout_first(thing, db, r->job)) == GR_OK;
	     i++) {
		int64_t rate = rate_limiter_rate(&job->config, limits->ceiling, r->released,
						 t.ever[EXECUTION_SUCCEEDED]);

		if (!rate_limiter_take(&r->next, rate, limits->minute_ms * 1000, now * 1000))
			break;
		st = release(db, r, job, thing, now);
	}
	return st;
}

/*
 * Returns when to look at the job again, in ms. Never sooner than a tick from now unless things
 * are due already: each step is a transaction, so it should release several things at a high rate.
 */
static int64_t wake_at(const struct rollout *r, const struct job *job,
		       const struct settings *limits, int64_t now)
{
	int64_t tick = limits->minute_ms / TICKS, at = (r->next + 999) / 1000;

	if (r->done)
		return job->config.end ? job->config.end : ROLLOUT_NEVER;
	if (at <= now)
		return now;	/* more things are due than one step releases */
	if (at < now + tick)
		at = now + tick;
	return job->config.end && job->config.end < at ? job->config.end : at;
}

static enum status roll_out(struct db *db, struct rollout *r, const struct job *job,
			    const struct settings *limits, int64_t now)
{
	enum status st = release_due(db, r, job, limits, now);

	if (st == GR_FAIL)
		return st;
	r->done = st == GR_NO;
	if ((st = rollout_save(db, r, wake_at(r, job, limits, now))) != GR_OK)
		return st;
	return r->done ? completion_complete(db, r->job, now) : GR_OK;
}

/*
 * Ends a job whose endTime has come. A job that is still SCHEDULED becomes IN_PROGRESS first, so
 * that it ends in the same way as the others.
 */
static enum status end_schedule(struct db *db, const struct job *job, int64_t now)
{
	static const enum cancellation recalls[] = { [END_STOP_ROLLOUT] = RECALL_ROLLOUT,
						     [END_CANCEL] = RECALL_QUEUED,
						     [END_FORCE_CANCEL] = RECALL_STARTED };
	enum status st = job->status == JOB_SCHEDULED
	    ? job_set_status(db, job->id, JOB_IN_PROGRESS, now)
	    : GR_OK;

	if (st != GR_OK)
		return st;
	return transition_end_job(db, job, recalls[job->config.end_behavior], "SCHEDULE_END",
				  "the endTime of its schedule has come", now);
}

static enum status advance(struct db *db, struct rollout *r, const struct job *job,
			   const struct settings *limits, int64_t now)
{
	bool open = job->status == JOB_SCHEDULED || job->status == JOB_IN_PROGRESS;

	if (open && job->config.end && job->config.end <= now)
		return end_schedule(db, job, now);
	if (job->status == JOB_SCHEDULED)
		return job->config.start <= now ? job_begin(db, job, now)
						: rollout_wake_at(db, r->job, job->config.start);
	if (open)
		return roll_out(db, r, job, limits, now);
	return rollout_save(db, r, ROLLOUT_NEVER);
}

static enum status work_on_job(struct db *db, struct rollout *r, const struct settings *limits,
			       int64_t now)
{
	struct job job = { 0 };
	enum status st;

	if (r->recall != RECALL_NOTHING)
		return transition_end_part(db, r, now);
	if ((st = job_get(&job, db, r->job)) == GR_OK)
		st = advance(db, r, &job, limits, now);
	else if (st == GR_NO)
		st = rollout_delete(db, r->job);
	job_release(&job);
	return st;
}

enum status scheduler_step(struct db *db, const struct settings *limits, int64_t now)
{
	struct rollout r;
	enum status st = continuous_is_due(db);

	if (st == GR_OK)
		return continuous_step(db, now);
	if (st == GR_NO && (st = rollout_due(&r, db, now)) == GR_OK)
		st = work_on_job(db, &r, limits, now);
	return st == GR_NO ? GR_OK : st;
}
