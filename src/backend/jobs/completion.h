/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion.h - what the end of an execution means for its job: abort, another attempt,
 * completion.
 *
 * Inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_COMPLETION_H
#define GR_JOBS_COMPLETION_H

#include "registry/execution.h"

/*
 * x has ended: its job is aborted, or x has another attempt, which is QUEUED now and was not told
 * of yet.
 */
enum status completion_judge(struct db *db, const struct execution *x, int64_t now);
/* If the job is over by now it is COMPLETED, and that is told. */
enum status completion_complete(struct db *db, const char *job, int64_t now);

#endif
