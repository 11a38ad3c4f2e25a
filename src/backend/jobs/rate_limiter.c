/* SPDX-License-Identifier: Apache-2.0 */
/* rate_limiter.c - computes the rate of a rollout, and when the next thing is due */
#include "jobs/rate_limiter.h"

static int64_t exponential(const struct job_config *c, int64_t limit, int64_t notified,
			   int64_t succeeded)
{
	int64_t by_notified = c->rollout.notified ? notified / c->rollout.notified : 0;
	int64_t by_succeeded = c->rollout.succeeded ? succeeded / c->rollout.succeeded : 0;
	double rate = (double)c->rollout.base;

	for (int64_t k = by_notified > by_succeeded ? by_notified : by_succeeded;
	     k > 0 && rate < (double)limit; k--)
		rate *= (double)c->rollout.factor / 10;
	return rate < (double)limit ? (int64_t)(rate + 1e-9) : limit;
}

int64_t rate_limiter_rate(const struct job_config *c, int64_t ceiling, int64_t notified,
			  int64_t succeeded)
{
	int64_t limit = c->rollout.maximum;

	if (limit == 0 || (ceiling != 0 && limit > ceiling))
		limit = ceiling;
	if (c->rollout.base == 0)
		return limit;
	return exponential(c, limit ? limit : INT32_MAX, notified, succeeded);
}

/*
 * The interval between releases is a hundredth longer than the rate asks for, and a late call may
 * make up for a hundredth of a minute at most. So no minute ever has more than rate releases.
 */
bool rate_limiter_take(int64_t *next, int64_t rate, int64_t minute_us, int64_t now)
{
	int64_t slack = minute_us / 100, interval;

	if (rate == 0)
		return true;
	interval = (minute_us + slack + rate - 1) / rate;
	/* *next is too far ahead if the clock was set back, or if the rate has become higher. */
	if (*next > now + interval)
		*next = now + interval;
	if (*next > now)
		return false;
	if (*next < now - slack)
		*next = now - slack;
	*next += interval;
	return true;
}
