/* SPDX-License-Identifier: Apache-2.0 */
/* completion.c - how a job ends */
#include "jobs/completion.h"
#include "jobs/events.h"
#include "registry/counters.h"
#include "registry/target.h"
#include "str.h"

static enum status mark(struct db *db, const struct job *job, enum cancellation what,
			const char *reason, const char *comment, int64_t now)
{
	enum status st;

	switch (what) {
	case RECALL_NOTHING:
	case RECALL_ROLLOUT:
		return GR_OK;
	case RECALL_QUEUED:
	case RECALL_STARTED:
		st = job_cancel(db, job->id, reason, comment, what == RECALL_STARTED, now);
		return st == GR_OK ? events_job(db, job->id, JOB_EVENT_CANCELING, now) : st;
	case RECALL_JOB:
		break;
	}
	st = job_set_status(db, job->id, JOB_DELETION_IN_PROGRESS, now);
	return st == GR_OK ? events_job(db, job->id, JOB_EVENT_DELETING, now) : st;
}

enum status completion_end(struct db *db, const struct job *job, enum cancellation what,
			   const char *reason, const char *comment, int64_t now)
{
	struct rollout r;
	enum status st = mark(db, job, what, reason, comment, now);

	if (st == GR_OK)
		st = target_unfollow(db, job->id);
	if (st != GR_OK)
		return st;
	if (rollout_get(&r, db, job->id) != GR_OK)
		return GR_FAIL;
	r.waiting = 0;
	r.joins = false;
	if (what > r.recall)
		r.recall = what;
	return rollout_save(db, &r, 0);
}

static int64_t count_failures(const struct counters *t, enum failure_type type)
{
	static const enum execution_status statuses[] = {
		[FAILURE_FAILED] = EXECUTION_FAILED, [FAILURE_REJECTED] = EXECUTION_REJECTED,
		[FAILURE_TIMED_OUT] = EXECUTION_TIMED_OUT
	};

	if (type != FAILURE_ALL)
		return t->count[statuses[type]];
	return t->count[EXECUTION_FAILED] + t->count[EXECUTION_REJECTED] +
	    t->count[EXECUTION_TIMED_OUT];
}

static enum status abort_job(struct db *db, const struct job *job, const struct abort_criterion *a,
			     int64_t failures, int64_t executed, int64_t now)
{
	char comment[160];

	str_format(comment, sizeof comment,
		   "%s: %lld of %lld executions, the limit is %lld.%02lld %%",
		   failure_type_name(a->type), (long long)failures, (long long)executed,
		   (long long)(a->threshold / 100), (long long)(a->threshold % 100));
	return completion_end(db, job, RECALL_QUEUED, "ABORT_CRITERIA_MET", comment, now);
}

/* Aborts the job if one of its abort criteria is met. */
static enum status judge_abort(bool *aborted, struct db *db, const struct job *job, int64_t now)
{
	struct counters t;
	int64_t executed;
	enum status st;

	*aborted = false;
	if (job->config.abort_count == 0)
		return GR_OK;
	if ((st = counters_read(&t, db, job->id)) != GR_OK)
		return st;
	executed = counters_total(&t) - counters_open(&t);
	for (size_t i = 0; i < job->config.abort_count; i++) {
		const struct abort_criterion *a = &job->config.abort[i];
		int64_t failures = count_failures(&t, a->type);

		if (executed < a->minimum || failures * 10000 < a->threshold * executed)
			continue;
		*aborted = true;
		return abort_job(db, job, a, failures, executed, now);
	}
	return GR_OK;
}

/* Counts the attempts before x that used up retries of a criterion of this type. */
static enum status count_spent(int64_t *spent, struct db *db, const struct execution *x,
			       enum failure_type type)
{
	*spent = x->attempt;
	if (type == FAILURE_ALL)
		return GR_OK;
	if (execution_count_attempts(spent, db, x, x->status) != GR_OK)
		return GR_FAIL;
	--*spent;	/* x itself */
	return GR_OK;
}

static enum status judge_retry(struct db *db, const struct job *job, const struct execution *x,
			       int64_t now)
{
	enum failure_type type = x->status == EXECUTION_FAILED ? FAILURE_FAILED
							       : FAILURE_TIMED_OUT;
	int64_t spent = 0;

	if (x->status != EXECUTION_FAILED && x->status != EXECUTION_TIMED_OUT)
		return GR_OK;
	for (size_t i = 0; i < job->config.retry_count; i++) {
		const struct retry_criterion *r = &job->config.retry[i];

		if (r->type != type && r->type != FAILURE_ALL)
			continue;
		if (count_spent(&spent, db, x, r->type) != GR_OK)
			return GR_FAIL;
		if (spent < r->retries)
			return execution_queue(db, x->thing, x->job, x->attempt + 1, now);
	}
	return GR_OK;
}

enum status completion_judge(bool *aborted, struct db *db, const struct execution *x, int64_t now)
{
	struct job job = { 0 };
	enum status st = job_get(&job, db, x->job);

	*aborted = false;
	if (st == GR_OK && job.status == JOB_IN_PROGRESS) {
		st = judge_abort(aborted, db, &job, now);
		if (st == GR_OK && !*aborted)
			st = judge_retry(db, &job, x, now);
	}
	job_release(&job);
	return st == GR_NO ? GR_OK : st;
}

enum status completion_complete(struct db *db, const char *job, int64_t now)
{
	enum status st = job_complete(db, job, now);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	return events_job(db, job, JOB_EVENT_COMPLETED, now);
}
