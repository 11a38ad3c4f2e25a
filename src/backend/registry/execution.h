/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execution.h - job executions: their state, their queue order, their timers (AWS IoT Jobs, spec
 * of the device API in gr-protocol(7)).
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written; GR_NO is silent.
 */
#ifndef GR_REGISTRY_EXECUTION_H
#define GR_REGISTRY_EXECUTION_H

#include <stddef.h>

#include "registry/db.h"

enum execution_status {
	EXECUTION_QUEUED, EXECUTION_IN_PROGRESS, EXECUTION_SUCCEEDED, EXECUTION_FAILED,
	EXECUTION_TIMED_OUT, EXECUTION_REJECTED, EXECUTION_REMOVED, EXECUTION_CANCELED,
	EXECUTION_STATUS_COUNT
};
const char *execution_status_name(enum execution_status s);	/* "QUEUED" */
/* Finds the status of that name. EXECUTION_STATUS_COUNT: there is none. */
enum execution_status execution_status_find(const char *name);
bool execution_is_terminal(enum execution_status s);

struct execution {
	int64_t id, number, version;
	int64_t attempt;	/* retries that went before it */
	char thing[129], job[65];
	enum execution_status status;
	int64_t queued, started, updated;	/* ms; started 0: not yet */
	int64_t deadline, step_deadline;	/* by registry/timer_clock.h; 0: no such timer */
};

/* Reads the execution of that number; 0: the latest one. GR_NO: there is none. */
enum status execution_find(struct execution *x, struct db *db, const char *thing, const char *job,
			   int64_t number);
enum status execution_by_id(struct execution *x, struct db *db, int64_t id);
/*
 * Finds the first execution in the thing's queue: IN_PROGRESS before QUEUED, then by queuedAt,
 * then by creation.
 */
enum status execution_front(struct execution *x, struct db *db, const char *thing);
/* Lists the first max executions of the queue in that order; *count says how many. */
enum status execution_pending(struct execution *list, size_t *count, size_t max, struct db *db,
			      const char *thing);
/*
 * Finds the first execution in that order whose job is a rotation; status "QUEUED" or
 * "IN_PROGRESS", or "" for either.
 */
enum status execution_rotation(struct execution *x, struct db *db, const char *thing,
			       const char *status);
/* Gives the statusDetails as JSON text; free it. */
enum status execution_details(char **details, struct db *db, int64_t id);
/* Tells whether it was, or is about to be, canceled although it was IN_PROGRESS. GR_NO: no. */
enum status execution_is_forced(struct db *db, int64_t id);
enum status execution_set_forced(struct db *db, int64_t id, bool forced);

/*
 * Makes a new execution, QUEUED. Its number was never used before for this thing and job, not even
 * by an execution that was deleted since.
 */
enum status execution_queue(struct db *db, const char *thing, const char *job, int64_t attempt,
			    int64_t now);
/* Writes back status, started, updated, deadlines and version; details NULL keeps the old ones. */
enum status execution_save(struct db *db, const struct execution *x, const char *details);
/*
 * Finds an execution whose timer has run out by timer_now (registry/timer_clock.h). GR_NO: there
 * is none.
 */
enum status execution_expired(struct execution *x, struct db *db, int64_t timer_now);
/* Sets *at to when the next timer runs out. GR_NO: none runs. */
enum status execution_next_deadline(int64_t *at, struct db *db);
/* Finds the first execution of job that is in status, QUEUED or IN_PROGRESS. */
enum status execution_open(struct execution *x, struct db *db, const char *job,
			   enum execution_status status);
/*
 * Tells whether the thing has an execution of job that is QUEUED or IN_PROGRESS; with ever,
 * whether it has or had one in any status.
 */
enum status execution_exists(struct db *db, const char *thing, const char *job, bool ever);
/* Counts those of x and the attempts before it that ended in status. */
enum status execution_count_attempts(int64_t *count, struct db *db, const struct execution *x,
				     enum execution_status status);
enum status execution_delete(struct db *db, int64_t id);
/* Deletes up to max of a job; *deleted says how many. */
enum status execution_delete_some(int *deleted, struct db *db, const char *job, int max);

#endif
