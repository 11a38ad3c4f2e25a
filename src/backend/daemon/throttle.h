/* SPDX-License-Identifier: Apache-2.0 */
/*
 * throttle.h - how often each peer did something lately: Jobs requests in a second, connections
 * that were closed.
 */
#ifndef GR_DAEMON_THROTTLE_H
#define GR_DAEMON_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

/* Finding a job takes a device two requests in a row: with less it would never get on. */
enum { THROTTLE_MIN = 2, THROTTLE_MAX = 1000000, THROTTLE_SECOND_MS = 1000 };

struct throttle;

/* rate: in each window at the most. NULL: out of memory. */
struct throttle *throttle_new(uint32_t rate, int64_t window_ms);
void throttle_free(struct throttle *throttle);	/* takes NULL */
/*
 * Counts one more of the peer's; now is clock_boot_ms. How many are in its window with that? Above
 * rate it stops counting.
 */
uint32_t throttle_count(struct throttle *throttle, const char *peer, int64_t now);
/* The same. False: it is one too many. NULL admits all. */
bool throttle_admits(struct throttle *throttle, const char *peer, int64_t now);

#endif
