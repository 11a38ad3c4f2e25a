/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scheduler.h - the work on jobs that no request starts: schedules, rollouts, changes of thing
 * groups, and ending the executions of canceled or deleted jobs.
 *
 * The daemon does this work in short steps. On GR_FAIL one line has been written; GR_NO is silent.
 */
#ifndef GR_JOBS_SCHEDULER_H
#define GR_JOBS_SCHEDULER_H

#include "registry/settings.h"

/*
 * Sets *at to the time of the next step, ms since the epoch; it may be in the past. GR_NO: nothing
 * to do until a request changes something.
 */
enum status scheduler_next(int64_t *at, struct db *db);
/* Does one step, inside the caller's transaction. */
enum status scheduler_step(struct db *db, const struct settings *limits, int64_t now);

#endif
