/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue.h - the queue of a thing's executions, and every move that an execution can make: the row,
 * what is told of it, and what it means for its job, in one place.
 *
 * All run inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_QUEUE_H
#define GR_JOBS_QUEUE_H

#include <jansson.h>

#include "registry/execution.h"
#include "registry/job.h"

enum { QUEUE_LISTED = 10 };	/* summaries in notify and GetPending at the most (AWS IoT) */

/* A new execution of job for thing. */
enum status queue_add(struct db *db, const char *thing, const char *job, int64_t now);
/*
 * Moves x to status (its own again is a progress report): version, times and timers, then the
 * notifications. details: the new statusDetails, NULL keeps the old ones. A device's move and the
 * service's own (time-out, cancel) come here alike. x must be as it stands in the registry.
 */
enum status queue_move(struct db *db, struct execution *x, enum execution_status status,
		       const json_t *details, int64_t now);
/*
 * The execution goes, whatever its status. What it was to its device is not forgotten: see
 * rotation_request.h.
 */
enum status queue_delete(struct db *db, const struct execution *x, int64_t now);
/* Ends up to max IN_PROGRESS executions whose timer has run out. *count says how many. */
enum status queue_time_out(int *count, struct db *db, int max, int64_t now);
/* The thing goes: what it has not ended becomes REMOVED. */
enum status queue_remove_thing(struct db *db, const char *thing, int64_t now);

/* JobExecutionSummary and JobExecutionState of the device API. details is borrowed JSON text. */
json_t *queue_summary(const struct execution *x);
json_t *queue_state(const struct execution *x, const char *details);
/* JobExecution; document NULL leaves it out; with_thing adds thingName. */
json_t *queue_execution(const struct execution *x, const char *details, const char *document,
			bool with_thing, int64_t now);
/*
 * {"inProgressJobs":[...],"queuedJobs":[...]}, the first rotation of either among them wherever it
 * stands. *full: there may be more. NULL: the registry failed or no memory (one line).
 */
json_t *queue_lists(struct db *db, const char *thing, bool *full);

#endif
