/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - the moves of executions */
#include "jobs/queue.h"
#include "complain.h"
#include "jobs/completion.h"
#include "jobs/events.h"
#include "json.h"

#include <stdlib.h>

enum status queue_add(struct db *db, const char *thing, const char *job, int64_t now)
{
	int64_t before = 0;
	enum status st;

	if ((st = events_front(&before, db, thing)) != GR_OK ||
	    (st = execution_queue(db, thing, job, 0, now)) != GR_OK)
		return st;
	return events_thing(db, thing, before, true, now);
}

/*
 * What its job makes of it, a next attempt among it, comes before the thing is told: it hears of
 * both at once.
 */
static enum status end(struct db *db, const struct execution *x, int64_t front_before, int64_t now)
{
	enum status st;

	if ((st = events_execution(db, x, false, now)) != GR_OK ||
	    (st = completion_judge(db, x, now)) != GR_OK ||
	    (st = events_thing(db, x->thing, front_before, true, now)) != GR_OK)
		return st;
	return completion_complete(db, x->job, now);
}

enum status queue_move(struct db *db, struct execution *x, enum execution_status status,
		       const json_t *details, int64_t now)
{
	bool begins = x->status == EXECUTION_QUEUED && status == EXECUTION_IN_PROGRESS;
	char *text = details ? json_compact(details) : NULL;
	int64_t before = 0;
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
	if ((st = events_front(&before, db, x->thing)) == GR_OK &&
	    (st = execution_save(db, x, text)) == GR_OK)
		st = execution_is_terminal(status)
		    ? end(db, x, before, now)
		    : events_thing(db, x->thing, before, begins, now);
	free(text);
	return st;
}

enum status queue_delete(struct db *db, const struct execution *x, int64_t now)
{
	int64_t before = 0;
	enum status st;

	if (execution_is_terminal(x->status))
		return execution_delete(db, x->id);
	if ((st = events_front(&before, db, x->thing)) != GR_OK ||
	    (st = events_execution(db, x, true, now)) != GR_OK ||
	    (st = execution_delete(db, x->id)) != GR_OK ||
	    (st = events_thing(db, x->thing, before, true, now)) != GR_OK)
		return st;
	return completion_complete(db, x->job, now);
}

enum status queue_time_out(int *count, struct db *db, int max, int64_t now)
{
	struct execution x;
	enum status st = GR_OK;

	for (*count = 0; *count < max && (st = execution_expired(&x, db, now)) == GR_OK; ++*count)
		if ((st = queue_move(db, &x, EXECUTION_TIMED_OUT, NULL, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

enum status queue_remove_thing(struct db *db, const char *thing, int64_t now)
{
	struct execution x;
	enum status st;

	while ((st = execution_front(&x, db, thing)) == GR_OK)
		if ((st = queue_move(db, &x, EXECUTION_REMOVED, NULL, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}
