/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window_counter.h - counts what each peer does in a window of time: Jobs requests of a thing in a
 * second, closed connections of a certificate in ten minutes.
 *
 * base/token_bucket.h is for the other case, a steady rate with a burst.
 */
#ifndef GR_DAEMON_WINDOW_COUNTER_H
#define GR_DAEMON_WINDOW_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

struct window_counter;

/* Makes a counter. limit: how many a peer may do in one window. NULL: out of memory. */
struct window_counter *window_counter_new(uint32_t limit, int64_t window_ms);
void window_counter_free(struct window_counter *counter);	/* takes NULL */
/*
 * Counts one more of the peer's and returns how many are in its window, this one included; above
 * limit it stops counting. now is clock_boot_ms. With more than 8192 peers those that began their
 * window first are forgotten.
 */
uint32_t window_counter_add(struct window_counter *counter, const char *peer, int64_t now);
/* Counts one more. False: it exceeds the limit. A counter that is NULL admits all. */
bool window_counter_admits(struct window_counter *counter, const char *peer, int64_t now);

#endif
