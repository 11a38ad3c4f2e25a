/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate_limiter.h - how fast a job creates its executions. Plain arithmetic; the caller reads the
 * clock.
 */
#ifndef GR_JOBS_RATE_LIMITER_H
#define GR_JOBS_RATE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "registry/job_config.h"

/*
 * Returns how many things may be released a minute, at least 1; 0: no limit. ceiling (0: none) is
 * the backend's limit: the rate of a job that has none of its own, and the most that any job gets.
 * notified and succeeded: how many things were notified, and succeeded, since the job began.
 */
int64_t rate_limiter_rate(const struct job_config *c, int64_t ceiling, int64_t notified,
			  int64_t succeeded);

/*
 * May one more thing be released at now? If so, *next is set to the time of the release after it.
 * The caller keeps *next, 0 at first. Times are microseconds. Releases are spread evenly: never
 * more than rate in any 60 seconds, and at least 98 % of rate if calls are late by no more than a
 * hundredth of a minute.
 */
bool rate_limiter_take(int64_t *next, int64_t rate, int64_t minute_us, int64_t now);

#endif
