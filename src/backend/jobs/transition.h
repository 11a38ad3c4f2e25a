/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transition.h - changes job executions: adds one, changes its status, ends one or all of a job.
 * Each function changes the registry, sends the notifications and events, and updates the job.
 *
 * All functions run inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_TRANSITION_H
#define GR_JOBS_TRANSITION_H

#include <jansson.h>

#include "registry/execution.h"
#include "registry/job.h"
#include "registry/rollout.h"

/* Adds an execution of job for thing. */
enum status transition_add(struct db *db, const char *thing, const char *job, int64_t now);
/*
 * Changes x to status, with version, times and timers, and sends the notifications. The same
 * status again is a progress report. details: the new statusDetails; NULL keeps the old ones. Used
 * for a device's changes and for the service's own (time-out, cancel). x must be as the registry
 * has it.
 */
enum status transition_move(struct db *db, struct execution *x, enum execution_status status,
			    const json_t *details, int64_t now);
/* Deletes the execution, whatever its status. A rotation that it asked for stays (rotation.h). */
enum status transition_delete(struct db *db, const struct execution *x, int64_t now);
/*
 * Ends up to max IN_PROGRESS executions whose timer has run out by timer_now
 * (registry/timer_clock.h). *count says how many.
 */
enum status transition_time_out(int *count, struct db *db, int max, int64_t timer_now,
				int64_t now);
/* Makes the thing's open executions REMOVED, because the thing is deleted. */
enum status transition_remove_thing(struct db *db, const char *thing, int64_t now);

/*
 * Ends a job: after this no thing gets an execution of it. RECALL_QUEUED and RECALL_STARTED make
 * the job CANCELED, RECALL_JOB makes it DELETION_IN_PROGRESS (see rollout.h). A job may have a
 * hundred thousand executions, so they are canceled or deleted in parts: the first part by this
 * call, the others by the daemon. reason and comment NULL: keep those that the job has.
 */
enum status transition_end_job(struct db *db, const struct job *job, enum cancellation what,
			       const char *reason, const char *comment, int64_t now);
/* Cancels or deletes the next part; when none is left, completes, cancels or deletes the job. */
enum status transition_end_part(struct db *db, struct rollout *r, int64_t now);
/*
 * Cancels or deletes x at once if its job has ended and the part that x belongs to has not been
 * done yet. *ended: it was canceled or deleted.
 */
enum status transition_end_early(bool *ended, struct db *db, const struct job *job,
				 struct execution *x, int64_t now);

#endif
