/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate_limiter.h - how fast a job reaches its things. Plain arithmetic; the clock is the caller's.
 */
#ifndef GR_JOBS_RATE_LIMITER_H
#define GR_JOBS_RATE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "registry/job_config.h"

/*
 * Things a minute, at least 1; 0: as many as there are. ceiling (0: none) bounds what the job asks
 * for, and is what it gets that asks for nothing. notified and succeeded: how many things were,
 * since the job began.
 */
int64_t rate_limiter_rate(const struct job_config *c, int64_t ceiling, int64_t notified,
			  int64_t succeeded);

/*
 * May one more thing be released at now? Then *next, where the caller keeps the pace (0 at first),
 * moves on. Times are microseconds. Things go out evenly: never more than rate in any minute,
 * wherever it begins, and not less than 98 % of it while nobody is late by more than a hundredth
 * of a minute.
 */
bool rate_limiter_take(int64_t *next, int64_t rate, int64_t minute_us, int64_t now);

#endif
