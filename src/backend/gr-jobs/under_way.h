/* SPDX-License-Identifier: Apache-2.0 */
/*
 * under_way.h - which things are in the middle of a job that an operator ends. They end it in
 * order, but the operator should know whom it concerns.
 */
#ifndef GR_JOBS_UNDER_WAY_H
#define GR_JOBS_UNDER_WAY_H

#include "registry/db.h"

enum { UNDER_WAY_NAMED = 20, UNDER_WAY_NAMES_MAX = UNDER_WAY_NAMED * 131 + 40 };

struct under_way {
	char things[UNDER_WAY_NAMED][129];
	int64_t count;		/* all of them; the first ones are named */
};

/* Reads which executions of the job are IN_PROGRESS. GR_FAIL, one line: it cannot be read. */
enum status under_way_read(struct under_way *u, struct db *db, const char *job);
/* Writes "A, B, C and 7 more" into names. */
void under_way_names(char names[static UNDER_WAY_NAMES_MAX], const struct under_way *u);
/* Writes one line to standard error: their devices end in order. None: nothing. */
void under_way_complain(const struct under_way *u, const char *job);

#endif
