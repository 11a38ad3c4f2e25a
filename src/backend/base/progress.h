/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how far a long piece of work is: one line on standard error that rewrites itself,
 * for a person alone. Silent when standard error is no terminal.
 */
#ifndef GR_BASE_PROGRESS_H
#define GR_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what;	/* borrowed */
	int64_t total;		/* 0: not known */
	int64_t done;
	int64_t began, next;	/* clock_boot_ms: of the start, of the next line */
	bool person, shown;	/* shown: the line stands there */
};

void progress_start(struct progress *p, const char *what, int64_t total);
/* done in all, in the unit of total. Writes ten times a second at the most. */
void progress_show(struct progress *p, int64_t done);
/* Takes the line away. */
void progress_end(struct progress *p);

#endif
