/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion.h - how a job ends: it is completed, aborted, canceled or deleted; and whether the
 * end of an execution leads to that, or to another attempt.
 *
 * Inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_COMPLETION_H
#define GR_JOBS_COMPLETION_H

#include "registry/execution.h"
#include "registry/job.h"
#include "registry/rollout.h"

/*
 * x has ended: its job is aborted, or x has another attempt, which is QUEUED now and was not told
 * of yet. *aborted: the job's other executions are to be canceled.
 */
enum status completion_judge(bool *aborted, struct db *db, const struct execution *x, int64_t now);
/* If no execution of the job is open and none is to come, it is COMPLETED, and that is told. */
enum status completion_complete(struct db *db, const char *job, int64_t now);
/*
 * Notes that a job is canceled or deleted, and tells it; job is its state before. Its executions
 * are not touched: see transition_end_job.
 */
enum status completion_end(struct db *db, const struct job *job, enum cancellation what,
			   const char *reason, const char *comment, int64_t now);

#endif
