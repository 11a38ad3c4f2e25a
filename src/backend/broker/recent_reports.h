/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent_reports.h - what was reported lately, so that a client that repeats itself is reported
 * once in a while only.
 *
 * Bounded: at most 8 reports of one certificate in RECENT_REPORTS_QUIET_MS, and 4096 in all.
 */
#ifndef GR_BROKER_RECENT_REPORTS_H
#define GR_BROKER_RECENT_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

enum { RECENT_REPORTS_QUIET_MS = 10000 };	/* the same is not reported again before that */

struct recent_reports;

struct recent_reports *recent_reports_new(void);	/* NULL: out of memory */
void recent_reports_free(struct recent_reports *recent);	/* takes NULL */
/*
 * Tells whether it may be reported now that this client did what, and notes it. False: it was
 * reported lately, or there is no room.
 */
bool recent_reports_admit(struct recent_reports *recent, int64_t now, const char *certificate,
			  const char *client, const char *what);

#endif
