/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cancellation.h - taking a job back: cancelled, aborted, at the end of its schedule, or deleted.
 *
 * It may have a hundred thousand executions, so it is done bit by bit: the first bit at once, the
 * others by the daemon. All of it inside the caller's transaction. On GR_FAIL one line has been
 * written.
 */
#ifndef GR_JOBS_CANCELLATION_H
#define GR_JOBS_CANCELLATION_H

#include "registry/execution.h"
#include "registry/job.h"
#include "registry/rollout.h"

/*
 * From here on no thing gets an execution of the job any more. RECALL_QUEUED and RECALL_STARTED
 * make it CANCELED, RECALL_JOB DELETION_IN_PROGRESS; job is its state before. reason and comment
 * NULL: as they were.
 */
enum status cancellation_begin(struct db *db, const struct job *job, enum cancellation what,
			       const char *reason, const char *comment, int64_t now);
/* GR_NO, silent: there is more of it. */
enum status cancellation_step(struct db *db, struct rollout *r, int64_t now);

/*
 * One that is only waiting to be taken back with its job is taken back now. GR_NO, silent: it was.
 * GR_OK: it is not.
 */
enum status cancellation_doomed(struct db *db, const struct job *job, struct execution *x,
				int64_t now);

#endif
