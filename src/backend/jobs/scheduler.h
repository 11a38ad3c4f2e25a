/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scheduler.h - what jobs need done without anybody asking: schedules, rollouts, groups that
 * change, jobs that are taken back.
 *
 * The daemon asks for one short piece of it after the other. On GR_FAIL one line has been written;
 * GR_NO is silent.
 */
#ifndef GR_JOBS_SCHEDULER_H
#define GR_JOBS_SCHEDULER_H

#include "registry/settings.h"

/*
 * When there is something to do, ms since the epoch; in the past: now. GR_NO: not of its own
 * accord.
 */
enum status scheduler_next(int64_t *at, struct db *db);
/* One piece of it, inside the caller's transaction. */
enum status scheduler_step(struct db *db, const struct settings *limits, int64_t now);

#endif
