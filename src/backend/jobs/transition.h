/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transition.h - each change of job executions: a new one, another status, the end of one or of
 * all of a job. A change is the row, what is told of it, and what it means for the job.
 *
 * All of it runs inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_TRANSITION_H
#define GR_JOBS_TRANSITION_H

#include <jansson.h>

#include "registry/execution.h"
#include "registry/job.h"
#include "registry/rollout.h"

/* A new execution of job for thing. */
enum status transition_add(struct db *db, const char *thing, const char *job, int64_t now);
/*
 * Moves x to status (its own again is a progress report): version, times and timers, then the
 * notifications. details: the new statusDetails, NULL keeps the old ones. A device's move and the
 * service's own (time-out, cancel) come here alike. x must be as it stands in the registry.
 */
enum status transition_move(struct db *db, struct execution *x, enum execution_status status,
			    const json_t *details, int64_t now);
/* Deletes the execution, whatever its status. A rotation that it asked for stays (rotation.h). */
enum status transition_delete(struct db *db, const struct execution *x, int64_t now);
/* Ends up to max IN_PROGRESS executions whose timer has run out. *count says how many. */
enum status transition_time_out(int *count, struct db *db, int max, int64_t now);
/* The thing is deleted: what it has not ended becomes REMOVED. */
enum status transition_remove_thing(struct db *db, const char *thing, int64_t now);

/*
 * Ends a job: from here on no thing gets an execution of it any more. what is one of rollout.h;
 * RECALL_QUEUED and RECALL_STARTED make the job CANCELED, RECALL_JOB DELETION_IN_PROGRESS. A job
 * may have a hundred thousand executions, so they are canceled or deleted part by part: the first
 * part at once, the others by the daemon. reason and comment NULL: as they were.
 */
enum status transition_end_job(struct db *db, const struct job *job, enum cancellation what,
			       const char *reason, const char *comment, int64_t now);
/* The next part of that, and the end once there is none. */
enum status transition_end_part(struct db *db, struct rollout *r, int64_t now);
/*
 * An execution whose job has ended, and whose turn has not come yet, is canceled or deleted now.
 * *ended: it was.
 */
enum status transition_end_early(bool *ended, struct db *db, const struct job *job,
				 struct execution *x, int64_t now);

#endif
