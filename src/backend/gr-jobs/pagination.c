/* SPDX-License-Identifier: Apache-2.0 */
/* pagination.c - lists, a page at a time */
#include "gr-jobs/pagination.h"
#include "arg.h"
#include "complain.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RESULTS_MAX = 250 };	/* AWS IoT API */

static enum status read_token(struct pagination *p, const char *text)
{
	char *end;

	p->after = strtoll(text, &end, 16);
	if (*text && *end == '\0' && p->after >= 0)
		return GR_OK;
	complain("--starting-token: %s: not a nextToken of ours (InvalidRequest)", text);
	return GR_BAD;
}

enum status pagination_option(struct pagination *p, int ch)
{
	if (ch == 'n')
		return arg_range(&p->max, "--max-results", optarg, 1, RESULTS_MAX);
	return ch == 'S' ? read_token(p, optarg) : GR_NO;
}

int64_t pagination_limit(const struct pagination *p)
{
	return p->max ? (int64_t)p->max + 1 : -1;
}

bool pagination_take(struct pagination *p, int64_t key)
{
	p->more = p->max && p->table.count == p->max;
	if (!p->more)
		p->last = key;
	return !p->more;
}

void pagination_begin(struct pagination *p, const struct table_column *columns, bool json,
		      const char *name)
{
	if (json && p->max)
		printf("{\"%s\":", name);
	table_start(&p->table, columns, json);
	p->table.part = p->max > 0;
}

void pagination_end(struct pagination *p)
{
	table_end(&p->table);
	if (!p->table.json || !p->max)
		return;
	if (p->more)
		printf(",\"nextToken\":\"%llx\"", (long long)p->last);
	puts("}");
}
