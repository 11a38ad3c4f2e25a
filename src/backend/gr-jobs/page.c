/* SPDX-License-Identifier: Apache-2.0 */
/* page.c - lists in pages */
#include "gr-jobs/page.h"
#include "complain.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RESULTS_MAX = 250 };	/* AWS IoT API */

static enum status read_token(struct page *p, const char *text)
{
	char *end;

	p->after = strtoll(text, &end, 16);
	if (*text && *end == '\0' && p->after >= 0)
		return GR_OK;
	complain("--starting-token: %s: not a nextToken of ours (InvalidRequest)", text);
	return GR_BAD;
}

enum status page_option(struct page *p, int ch)
{
	if (ch == 'n')
		return arg_range(&p->max, "--max-results", optarg, 1, RESULTS_MAX);
	return ch == 'S' ? read_token(p, optarg) : GR_NO;
}

bool page_take(struct page *p, const struct rows *rows, int64_t key)
{
	p->more = p->max && rows->count == p->max;
	if (!p->more)
		p->last = key;
	return !p->more;
}

void page_begin(const struct page *p, const struct command *v, const char *name)
{
	if (v->json && p->max)
		printf("{\"%s\":", name);
}

void page_end(const struct page *p, const struct command *v)
{
	if (!v->json)
		return;
	if (p->max && p->more)
		printf(",\"nextToken\":\"%llx\"", (long long)p->last);
	puts(p->max ? "}" : "");
}
