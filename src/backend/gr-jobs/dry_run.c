/* SPDX-License-Identifier: Apache-2.0 */
/* dry_run.c - gr-jobs create --dry-run */
#include "gr-jobs/dry_run.h"
#include "complain.h"
#include "gr-jobs/rows.h"
#include "jobs/rate_limiter.h"
#include "registry/job.h"
#include "str.h"

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
		if (!(more = realloc(n->text, n->size)))
			return false;
		n->text = more;
	}
	memcpy(n->text + n->len, name, len);
	n->len += len;
	n->count++;
	return true;
}

static enum status read_names(struct names *n, struct db *db, const char *job)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT thing FROM awaiting WHERE job = ? ORDER BY thing", "s",
				  job);

	for (; st == GR_OK; st = db_next(db, &row))
		if (!names_add(n, db_text(row, 0))) {
			complain("job %s: out of memory", job);
			db_done(row);
			return GR_FAIL;
		}
	return st == GR_NO ? GR_OK : st;
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

static void print_one(struct rows *rows, const char *thing, int64_t seconds)
{
	char after[32];
	const char *const cells[] = { thing, after, NULL };

	str_format(after, sizeof after, "%lld", (long long)seconds);
	if (rows->command->json)
		rows_json(rows,
			  json_pack("{s:s, s:I}", "thingName", thing, "afterSeconds",
				    (json_int_t)seconds));
	else
		rows_text(rows, cells);
}

static void print(struct command *v, const struct names *names, const struct job *job,
		  const struct settings *limits)
{
	static const int widths[] = { 32, 0 };
	const char *name = names->text;
	struct rows rows;
	int64_t us = 0, last = 0;

	if (v->json)
		fputs("{\"things\":", stdout);
	rows_begin(&rows, v, widths);
	for (int64_t i = 0; i < names->count; i++, name += strlen(name) + 1) {
		print_one(&rows, name, last = us / 1000000);
		us += pause_after(job, limits, i + 1);
	}
	rows_end(&rows);
	if (v->json)
		printf(",\"count\":%lld,\"seconds\":%lld}\n", (long long)names->count,
		       (long long)last);
	else if (rows.aligned)
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
	if (st == GR_OK && (st = settings_read(&limits, v->db)) == GR_OK &&
	    (st = read_names(&names, v->db, id)) == GR_OK) {
		db_rollback(v->db);
		print(v, &names, &job, &limits);
	}
	free(names.text);
	job_release(&job);
	return st;
}
