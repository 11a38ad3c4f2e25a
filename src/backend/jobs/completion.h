/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion.h - completes, aborts, cancels or deletes a job; decides whether the end of an
 * execution aborts the job or is followed by another attempt.
 *
 * All functions run inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_COMPLETION_H
#define GR_JOBS_COMPLETION_H

#include "registry/execution.h"
#include "registry/job.h"
#include "registry/rollout.h"

/*
 * To be called when x has ended. Aborts its job if a criterion is met (*aborted: the caller then
 * cancels the job's other executions), else queues another attempt if the job has retries left;
 * the caller notifies the thing of it.
 */
enum status completion_judge(bool *aborted, struct db *db, const struct execution *x, int64_t now);
/* Makes the job COMPLETED, with its event, if no execution is open and none is to come. */
enum status completion_complete(struct db *db, const char *job, int64_t now);
/*
 * Records that a job is canceled or deleted, and writes its event; job is its state before. The
 * job's executions do not change: transition_end_job does that.
 */
enum status completion_end(struct db *db, const struct job *job, enum cancellation what,
			   const char *reason, const char *comment, int64_t now);

#endif
