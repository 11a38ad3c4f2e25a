/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace: the pace of a rollout, minute by minute, without waiting for it.
 *
 * pace RATE JITTER-MS [STALL-MS]: a daemon looks every 20 ms, up to JITTER-MS late, and once a
 * minute STALL-MS late. It rolls out for ten minutes. Prints the fewest and the most releases in
 * any 60 s, wherever they begin, of the first release until 60 s before the last.
 *
 * pace rate BASE TENTHS NOTIFIED-STEP SUCCEEDED-STEP MAXIMUM CEILING NOTIFIED SUCCEEDED: prints
 * the rate of such a job.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/rate_limiter.h"

enum { MINUTE_US = 60000000, LOOK_US = 20000, MINUTES = 10 };

static int print_rate(char *v[])
{
	struct job_config c = { .rollout = { .base = atoll(v[0]),
					     .factor = atoll(v[1]),
					     .notified = atoll(v[2]),
					     .succeeded = atoll(v[3]),
					     .maximum = atoll(v[4]) } };

	printf("%lld\n", (long long)rate_limiter_rate(&c, atoll(v[5]), atoll(v[6]), atoll(v[7])));
	return 0;
}

int main(int argc, char *argv[])
{
	int64_t rate = argc > 2 ? atoll(argv[1]) : 0,
		jitter = argc > 2 ? atoll(argv[2]) * 1000 : 0,
		stall = argc > 3 ? atoll(argv[3]) * 1000 : 0;
	int64_t *at = calloc((size_t)rate * (MINUTES + 1) + 1, sizeof *at),
		now = INT64_C(1795563652000000), end = now + (int64_t)MINUTES * MINUTE_US;
	int64_t next = 0, stalled = now, fewest = INT64_MAX, most = 0;
	size_t count = 0, last = 0;

	if (argc == 10 && strcmp(argv[1], "rate") == 0)
		return print_rate(argv + 2);
	if (!at || rate == 0)
		return 100;
	for (srand(1); now < end; now += LOOK_US + (jitter ? rand() % jitter : 0)) {
		if (stall && now - stalled > MINUTE_US) {
			now += stall;
			stalled = now;
		}
		while (rate_limiter_take(&next, rate, MINUTE_US, now))
			at[count++] = now;
	}
	for (size_t first = 0; first < count && at[first] + MINUTE_US <= at[count - 1]; first++) {
		while (at[last] < at[first] + MINUTE_US)
			last++;
		if ((int64_t)(last - first) < fewest)
			fewest = (int64_t)(last - first);
		if ((int64_t)(last - first) > most)
			most = (int64_t)(last - first);
	}
	printf("%lld %lld\n", (long long)fewest, (long long)most);
	free(at);
	return 0;
}
