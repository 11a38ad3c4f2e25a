/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pagination.h - lists of any length, a page at a time: --max-results and --starting-token.
 *
 * With --max-results a page in JSON is an object with the list and, when there is more, a
 * nextToken; without it the list alone.
 */
#ifndef GR_JOBS_PAGINATION_H
#define GR_JOBS_PAGINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "status.h"

struct pagination {
	uint32_t max;		/* 0: all */
	int64_t after;		/* what --starting-token says: the last key of the page before */
	int64_t last;		/* the last key of this page so far */
	bool more;
	struct table table;
};
#define PAGINATION_OPTIONS \
	{ 'n', "max-results", "N", "list at most N, 1 to 250" }, \
	{ 'S', "starting-token", "TOKEN", \
	  "continue after the list that ended with this nextToken" }

/* Takes an option. GR_NO, silent: not one of ours. GR_BAD, one line. */
enum status pagination_option(struct pagination *p, int ch);
/* How many rows to read: one more than a page has, to know whether there are more; -1: all. */
int64_t pagination_limit(const struct pagination *p);
/* False: the page is full, and the row with this key is not to be printed. */
bool pagination_take(struct pagination *p, int64_t key);
/* Starts the table; name is that of the list in JSON. */
void pagination_begin(struct pagination *p, const struct table_column *columns, bool json,
		      const char *name);
void pagination_end(struct pagination *p);

#endif
