/* SPDX-License-Identifier: Apache-2.0 */
/* utc.h - times of day as people write them. */
#ifndef GR_BASE_UTC_H
#define GR_BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads "2026-11-02T02:00" as ms since 1970-01-01 UTC. Seconds and a Z at the end may be given,
 * and a blank in place of the T. False: not a time.
 */
bool utc_parse(int64_t *ms, const char *text);
/* Writes ms as "2026-10-01T12:00:00Z", without the fraction of the second; 0 as "-". */
void utc_format(char text[static 32], int64_t ms);

#endif
