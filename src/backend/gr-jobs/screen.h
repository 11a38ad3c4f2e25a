/* SPDX-License-Identifier: Apache-2.0 */
/* screen.h - a job on a terminal: how far it is, how fast, how long it will take, and what went wrong lately. */
#ifndef GR_SCREEN_H
#define GR_SCREEN_H

#include "registry/rollout.h"
#include "registry/tally.h"

enum { SCREEN_SAMPLES = 64, SCREEN_FAILURES = 5 };

struct screen {
	const char *job;
	struct { int64_t at, ended; } samples[SCREEN_SAMPLES];	/* a ring of what was seen in the last seconds; CLOCK_BOOTTIME ms */
	size_t first, count;
	int lines;		/* drawn and to be drawn over */
	int64_t failures_seen;
	char failures[SCREEN_FAILURES][512];	/* the newest first */
	int failure_count;
};

void screen_init(struct screen *s, const char *job);
/* Draws on standard error, over what was there. GR_FAIL, one line: the registry failed. */
enum status screen_draw(struct screen *s, struct db *db, const struct rollout *r, const struct tally *t, int64_t now);
/* Takes away what was drawn. */
void screen_clear(struct screen *s);

#endif
