/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outcome.h - what the end of an execution means for its job: abort, another attempt, completion.
 *
 * Inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_OUTCOME_H
#define GR_OUTCOME_H

#include "registry/execution.h"

/* x has ended: its job is aborted, or x has another attempt, which is QUEUED now and was not told of yet. */
enum status outcome_judge(struct db *db, const struct execution *x, int64_t now);
/* If the job is over by now it is COMPLETED, and that is told. */
enum status outcome_complete(struct db *db, const char *job, int64_t now);

#endif
