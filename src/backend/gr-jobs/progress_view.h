/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress_view.h - a job on a terminal: how far it is, how fast, how long it will take, and what
 * went wrong lately.
 */
#ifndef GR_JOBS_PROGRESS_VIEW_H
#define GR_JOBS_PROGRESS_VIEW_H

#include "registry/counters.h"
#include "registry/rollout.h"

enum { PROGRESS_VIEW_SAMPLES = 64, PROGRESS_VIEW_FAILURES = 5 };

struct progress_view {
	const char *job;
	/* a ring of what was seen in the last seconds; CLOCK_BOOTTIME ms */
	struct { int64_t at, ended; } samples[PROGRESS_VIEW_SAMPLES];
	size_t first, count;
	int lines;		/* drawn and to be drawn over */
	int64_t failures_seen;
	char failures[PROGRESS_VIEW_FAILURES][512];	/* the newest first */
	int failure_count;
};

void progress_view_init(struct progress_view *s, const char *job);
/* Draws on standard error, over what was there. GR_FAIL, one line: the registry failed. */
enum status progress_view_draw(struct progress_view *s, struct db *db, const struct rollout *r,
			       const struct counters *t, int64_t now);
/* Takes away what was drawn. */
void progress_view_clear(struct progress_view *s);

#endif
