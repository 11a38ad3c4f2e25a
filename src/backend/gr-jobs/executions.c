/* SPDX-License-Identifier: Apache-2.0 */
/* executions.c - the executions of a job, or of a thing */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/pagination.h"
#include "json.h"
#include "registry/arn.h"
#include "registry/command.h"
#include "registry/execution.h"
#include "registry/execution_list.h"
#include "registry/job.h"

#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 't', "thing", "THING",
	  "list those of this thing, of all jobs; the first column is then the job" },
	{ 's', "status", "STATUS",
	  "only those that are QUEUED, IN_PROGRESS, SUCCEEDED, FAILED, TIMED_OUT, REJECTED,"
	  " REMOVED or CANCELED" },
	PAGINATION_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs executions", "[-H DIR] [-j] [-s STATUS] [-n N] [-S TOKEN] JOB | -t THING",
	"List executions: thing, number, status, last change, reason of a failure.", options
};

static const struct table_column things[] = {
	{ "THING", NULL, TABLE_TEXT }, { "NUMBER", NULL, TABLE_NUMBER },
	{ "STATUS", NULL, TABLE_TEXT }, { "UPDATED", NULL, TABLE_TIME },
	{ "REASON", NULL, TABLE_BLANK }, { 0 }
};
static const struct table_column jobs[] = {
	{ "JOB", NULL, TABLE_TEXT }, { "NUMBER", NULL, TABLE_NUMBER },
	{ "STATUS", NULL, TABLE_TEXT }, { "UPDATED", NULL, TABLE_TIME },
	{ "REASON", NULL, TABLE_BLANK }, { 0 }
};

static json_t *execution_json(const struct execution_row *x)
{
	json_t *details = json_object_parse(x->details, strlen(x->details));
	json_t *o = json_pack("{s:s, s:s, s:s+, s:I, s:s, s:I, s:I, s:I, s:o}", "jobId", x->job,
			      "thingName", x->thing, "thingArn", ARN_PREFIX "thing/", x->thing,
			      "executionNumber", (json_int_t)x->number, "status", x->status,
			      "queuedAt", (json_int_t)(x->queued / 1000), "lastUpdatedAt",
			      (json_int_t)(x->updated / 1000), "retryAttempt",
			      (json_int_t)x->attempt, "statusDetails",
			      details ? details : json_object());

	if (o && x->started)
		json_object_set_new(o, "startedAt", json_integer(x->started / 1000));
	return o;
}

static enum status print(void *arg, const struct execution_row *x)
{
	struct pagination *page = arg;
	const struct table_value values[] = {
		{ .text = page->table.columns == jobs ? x->job : x->thing },
		{ .number = x->number }, { .text = x->status },
		{ .number = x->updated }, { .text = x->reason }
	};

	if (!pagination_take(page, x->id))
		return GR_OK;
	if (page->table.json)
		table_object(&page->table, execution_json(x));
	else
		table_row(&page->table, values);
	return GR_OK;
}

static enum status list(struct command *v, struct pagination *page, struct execution_query *q)
{
	enum status st;

	q->after = page->after;
	q->limit = pagination_limit(page);
	pagination_begin(page, q->thing ? jobs : things, v->json, "executionSummaries");
	st = execution_list(v->db, q, print, page);
	pagination_end(page);
	return st;
}

/* What a deleted thing went through can still be asked for. */
static enum status check(struct command *v, const struct execution_query *q)
{
	struct job job = { 0 };
	enum status st;

	if (q->thing)
		return GR_OK;
	st = job_need(&job, v->db, q->job);
	job_release(&job);
	return st;
}

static enum status work(struct command *v, struct pagination *page, struct execution_query *q)
{
	enum status st;

	if (*q->status && execution_status_find(q->status) == EXECUTION_STATUS_COUNT) {
		complain("--status: %s: no execution is called so (InvalidRequest)", q->status);
		return GR_BAD;
	}
	q->job = v->count > 0 ? v->operands[0] : NULL;
	if (!q->job == !q->thing)
		arg_usage(&spec);
	st = check(v, q);
	return st == GR_OK ? list(v, page, q) : st;
}

int command_executions(int argc, char *argv[])
{
	struct execution_query q = { .status = "" };
	struct pagination page = { 0 };
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
			st = pagination_option(&page, ch);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 0, 1);
	if (st == GR_OK)
		st = work(&v, &page, &q);
	return command_close(&v, st);
}
