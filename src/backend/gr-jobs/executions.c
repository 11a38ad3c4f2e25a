/* SPDX-License-Identifier: Apache-2.0 */
/* executions.c - the executions of a job, or of a thing */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/page.h"
#include "json.h"
#include "registry/arn.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 't', "thing", "THING", "those of a thing, of every job; job and thing change places then" },
	{ 's', "status", "STATUS", "only those that are QUEUED, IN_PROGRESS, SUCCEEDED, FAILED, TIMED_OUT, REJECTED, REMOVED or CANCELED" },
	PAGE_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs executions", "[-H DIR] [-j] [-s STATUS] [-n N] [-S TOKEN] JOB | -t THING",
	"List executions: thing, number, status, last change, reason of a failure.", options
};

struct question {
	const char *job, *thing, *status;	/* status "": any */
};

static json_t *execution_json(sqlite3_stmt *row)
{
	json_t *details = json_object_parse(db_text(row, 5), strlen(db_text(row, 5)));
	json_t *o = json_pack("{s:s, s:s, s:s+, s:I, s:s, s:I, s:I, s:I, s:o}", "jobId",
			      db_text(row, 8), "thingName", db_text(row, 0), "thingArn",
			      ARN_PREFIX "thing/", db_text(row, 0), "executionNumber",
			      (json_int_t)db_int(row, 1), "status", db_text(row, 2), "queuedAt",
			      (json_int_t)(db_int(row, 6) / 1000), "lastUpdatedAt",
			      (json_int_t)(db_int(row, 3) / 1000), "retryAttempt",
			      (json_int_t)db_int(row, 9), "statusDetails",
			      details ? details : json_object());

	if (o && !db_is_null(row, 7))
		json_object_set_new(o, "startedAt", json_integer(db_int(row, 7) / 1000));
	return o;
}

static void print(struct rows *rows, sqlite3_stmt *row, const struct question *q)
{
	char number[32], updated[32];
	const char *const cells[] = { db_text(row, q->thing ? 8 : 0),
				      number,
				      db_text(row, 2),
				      updated,
				      db_text(row, 4),
				      NULL };

	if (rows->command->json) {
		rows_json(rows, execution_json(row));
		return;
	}
	str_format(number, sizeof number, "%lld", (long long)db_int(row, 1));
	command_time(updated, db_int(row, 3));
	rows_text(rows, cells);
}

#define SELECT "SELECT thing, number, status, updated, coalesce(json_extract(details, '$.DeviceFailureReason'), ''), details, queued, started, job, attempt, id" \
	" FROM execution WHERE "

static enum status list(struct command *v, struct page *page, const struct question *q)
{
	static const int widths[] = { 32, 3, 11, 20, 0 };
	struct rows rows;
	sqlite3_stmt *row;
	enum status st = q->thing
	    ? db_query(&row, v->db,
		       SELECT "thing = ?1 AND (?2 = '' OR status = ?2) AND id > ?3 ORDER BY id",
		       "ssi", q->thing, q->status, page->after)
	    : db_query(&row, v->db,
		       SELECT "job = ?1 AND (?2 = '' OR status = ?2) AND id > ?3 ORDER BY id",
		       "ssi", q->job, q->status, page->after);

	page_begin(page, v, "executionSummaries");
	rows_begin(&rows, v, widths);
	for (; st == GR_OK && page_take(page, &rows, db_int(row, 10)); st = db_next(v->db, &row))
		print(&rows, row, q);
	if (st == GR_OK)
		db_done(row);
	rows_end(&rows);
	page_end(page, v);
	return st == GR_NO ? GR_OK : st;
}

/* What a deleted thing went through can still be asked for. */
static enum status check(struct command *v, const struct question *q)
{
	struct job job = { 0 };
	enum status st;

	if (q->thing)
		return GR_OK;
	st = job_need(&job, v->db, q->job);
	job_release(&job);
	return st;
}

static enum status work(struct command *v, struct page *page, struct question *q)
{
	enum status st;

	if (*q->status && execution_status_find(q->status) == EXECUTION_STATUS_COUNT) {
		complain("--status: %s: no execution is called so (InvalidRequest)", q->status);
		return GR_BAD;
	}
	q->job = v->count > 0 ? v->operands[0] : NULL;
	if (!q->job == !q->thing)
		arg_usage(&spec);
	return (st = check(v, q)) == GR_OK ? list(v, page, q) : st;
}

int command_executions(int argc, char *argv[])
{
	struct question q = { .status = "" };
	struct page page = { 0 };
	struct command v = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 's')
			q.status = optarg;
		else if (ch == 't')
			q.thing = optarg;
		else if (!command_option(&v, ch))
			st = page_option(&page, ch);
	if (st == GR_OK && (st = command_open(&v, &spec, argc, argv, 0, 1)) == GR_OK)
		st = work(&v, &page, &q);
	return command_close(&v, st);
}
