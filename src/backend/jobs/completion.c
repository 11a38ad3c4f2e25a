/* SPDX-License-Identifier: Apache-2.0 */
/* completion.c - what the end of an execution means for its job */
#include "jobs/completion.h"
#include "jobs/cancellation.h"
#include "jobs/events.h"
#include "registry/counters.h"
#include "str.h"

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
	return cancellation_begin(db, job, RECALL_QUEUED, "ABORT_CRITERIA_MET", comment, now);
}

/* The first criterion that is met aborts. GR_NO: none is. */
static enum status judge_abort(struct db *db, const struct job *job, int64_t now)
{
	struct counters t;
	int64_t executed;
	enum status st;

	if (job->config.abort_count == 0)
		return GR_NO;
	if ((st = counters_read(&t, db, job->id)) != GR_OK)
		return st;
	executed = counters_total(&t) - counters_open(&t);
	for (size_t i = 0; i < job->config.abort_count; i++) {
		const struct abort_criterion *a = &job->config.abort[i];
		int64_t failures = count_failures(&t, a->type);

		if (executed >= a->minimum && failures * 10000 >= a->threshold * executed)
			return abort_job(db, job, a, failures, executed, now);
	}
	return GR_NO;
}

/* How many attempts before this one spent the criterion's budget. */
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

enum status completion_judge(struct db *db, const struct execution *x, int64_t now)
{
	struct job job = { 0 };
	enum status st = job_get(&job, db, x->job);

	if (st == GR_OK && job.status == JOB_IN_PROGRESS &&
	    (st = judge_abort(db, &job, now)) == GR_NO)
		st = judge_retry(db, &job, x, now);
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
