/* SPDX-License-Identifier: Apache-2.0 */
/* dry_run.c - gr-jobs create --dry-run */
#include "gr-jobs/dry_run.h"
#include "base/table.h"
#include "complain.h"
#include "jobs/rate_limiter.h"
#include "registry/job.h"
#include "registry/rollout.h"
#include "registry/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names, one after the other, each with its NUL. */
struct names {
	char *text;
	size_t len, size;
	int64_t count;
};

static bool names_add(struct names *n, const char *name)
{
	size_t len = strlen(name) + 1;
	char *more;

	if (n->len + len > n->size) {
		n->size = 2 * (n->size + len);
		more = realloc(n->text, n->size);
		if (!more)
			return false;
		n->text = more;
	}
	memcpy(n->text + n->len, name, len);
	n->len += len;
	n->count++;
	return true;
}

static enum status take_name(void *arg, const char *thing)
{
	if (names_add(arg, thing))
		return GR_OK;
	complain("%s: out of memory", thing);
	return GR_FAIL;
}

/*
 * Microseconds from one thing to the next, after so many. A growing rate is taken to find every
 * thing done at once.
 */
static int64_t pause_after(const struct job *job, const struct settings *limits, int64_t things)
{
	int64_t rate = rate_limiter_rate(&job->config, limits->ceiling, things, things);
	int64_t next = 0;

	if (rate == 0)
		return 0;
	rate_limiter_take(&next, rate, limits->minute_ms * 1000, 0);
	return next;
}

static void print(struct command *v, const struct names *names, const struct job *job,
		  const struct settings *limits)
{
	static const struct table_column columns[] = { { "THING", "thingName", TABLE_TEXT },
						       { "SECONDS", "afterSeconds", TABLE_NUMBER },
						       { 0 } };
	const char *name = names->text;
	struct table table;
	int64_t us = 0, last = 0;

	if (v->json)
		fputs("{\"things\":", stdout);
	table_start(&table, columns, v->json);
	table.part = true;
	for (int64_t i = 0; i < names->count; i++, name += strlen(name) + 1) {
		last = us / 1000000;
		table_row(&table,
			  (const struct table_value[]){ { .text = name }, { .number = last } });
		us += pause_after(job, limits, i + 1);
	}
	table_end(&table);
	if (v->json)
		printf(",\"count\":%lld,\"seconds\":%lld}\n", (long long)names->count,
		       (long long)last);
	else if (table.person)
		printf("%lld thing(s), the last one after %lld s\n", (long long)names->count,
		       (long long)last);
}

enum status dry_run_print(struct command *v, const char *id)
{
	struct names names = { 0 };
	struct job job = { 0 };
	struct settings limits;
	enum status st = job_get(&job, v->db, id);

	if (st == GR_OK && job.status == JOB_SCHEDULED)
		/* which things it finds then nobody knows today */
		st = job_begin(v->db, &job, v->now);
	if (st == GR_OK)
		st = settings_read(&limits, v->db);
	if (st == GR_OK)
		st = rollout_waiting(v->db, id, take_name, &names);
	if (st == GR_OK) {
		db_rollback(v->db);
		print(v, &names, &job, &limits);
	}
	free(names.text);
	job_release(&job);
	return st;
}
