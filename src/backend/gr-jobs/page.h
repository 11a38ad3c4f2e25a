/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h - lists of any length, in pages: --max-results and --starting-token.
 *
 * A page in JSON is an object with the list and, when there is more, a nextToken; without
 * --max-results it is the list alone.
 */
#ifndef GR_JOBS_PAGE_H
#define GR_JOBS_PAGE_H

#include <stdint.h>

#include "gr-jobs/rows.h"

struct page {
	uint32_t max;		/* 0: all */
	int64_t after;		/* what --starting-token says: the last key of the page before */
	int64_t last;		/* of this page so far */
	bool more;
};
#define PAGE_OPTIONS \
	{ 'n', "max-results", "N", "no more than 1 to 250 of them" }, \
	{ 'S', "starting-token", "TOKEN", "go on where the list with this nextToken ended" }

/* GR_NO: not one of ours. GR_BAD, one line. */
enum status page_option(struct page *p, int ch);
/* May one more row be printed, whose key is key? */
bool page_take(struct page *p, const struct rows *rows, int64_t key);
/* Around rows_begin and rows_end; name is that of the list. */
void page_begin(const struct page *p, const struct command *v, const char *name);
void page_end(const struct page *p, const struct command *v);

#endif
