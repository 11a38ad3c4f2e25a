/* SPDX-License-Identifier: Apache-2.0 */
/* tick.h - the clock of the measuring tools. */
#ifndef GR_TICK_H
#define GR_TICK_H

#include <stdint.h>
#include <time.h>

/* Microseconds since some moment in the past; never set back. */
static inline int64_t tick_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

#endif
