/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - shows a person how far a long piece of work is: one line on standard error, which
 * is written over and over. Silent when standard error is not a terminal.
 */
#ifndef GR_BASE_PROGRESS_H
#define GR_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what;	/* borrowed */
	int64_t total;		/* 0: not known */
	int64_t done;
	int64_t began, next;	/* clock_boot_ms of the start, and of when to write again */
	bool person;		/* standard error is a terminal */
	bool shown;		/* the line is on the terminal now */
};

void progress_start(struct progress *p, const char *what, int64_t total);
/* done: how much is done in all, in the unit of total. Writes at most ten times a second. */
void progress_show(struct progress *p, int64_t done);
/* Erases the line. */
void progress_end(struct progress *p);

#endif
