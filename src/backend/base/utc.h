/* SPDX-License-Identifier: Apache-2.0 */
/* utc.h - times of day as people write them. */
#ifndef GR_BASE_UTC_H
#define GR_BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "2026-11-02T02:00" as ms since 1970; with seconds or without, a blank for the T, a Z at the end
 * or none. False: not a time.
 */
bool utc_parse(int64_t *ms, const char *text);
/* "2026-10-01T12:00:00Z", a fraction of the second cut off; "-" for 0. */
void utc_format(char text[static 32], int64_t ms);

#endif
