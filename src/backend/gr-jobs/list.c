/* SPDX-License-Identifier: Apache-2.0 */
/* list.c - all jobs */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/pagination.h"
#include "registry/command.h"
#include "registry/job.h"
#include "registry/job_list.h"

#include <jansson.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 's', "status", "STATUS",
	  "only jobs that are SCHEDULED, IN_PROGRESS, CANCELED, COMPLETED or"
	  " DELETION_IN_PROGRESS" },
	PAGINATION_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs list", "[-H DIR] [-j] [-s STATUS] [-n N] [-S TOKEN]",
	"List jobs: id, status, created, executions.", options
};

static const struct table_column columns[] = { { "JOB", NULL, TABLE_TEXT },
					       { "STATUS", NULL, TABLE_TEXT },
					       { "CREATED", NULL, TABLE_TIME },
					       { "EXECUTIONS", NULL, TABLE_NUMBER },
					       { 0 } };

static json_t *job_json(const struct job_row *job)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "jobId", job->id, "status",
			 job->status, "targetSelection",
			 job->continuous ? "CONTINUOUS" : "SNAPSHOT", "createdAt",
			 (json_int_t)(job->created / 1000), "lastUpdatedAt",
			 (json_int_t)(job->updated / 1000), "executions",
			 (json_int_t)job->executions);
}

/* A job's key is its place in order of creation. */
static enum status print(void *arg, const struct job_row *job)
{
	struct pagination *page = arg;
	const struct table_value values[] = { { .text = job->id },
					      { .text = job->status },
					      { .number = job->created },
					      { .number = job->executions } };

	if (!pagination_take(page, page->after + (int64_t)page->table.count + 1))
		return GR_OK;
	if (page->table.json)
		table_object(&page->table, job_json(job));
	else
		table_row(&page->table, values);
	return GR_OK;
}

static enum status list(struct command *v, struct pagination *page, const char *status)
{
	const struct job_query query = { .status = status, .skip = page->after,
					 .limit = pagination_limit(page) };
	enum status st;

	pagination_begin(page, columns, v->json, "jobs");
	st = job_list(v->db, &query, print, page);
	pagination_end(page);
	return st;
}

int command_list(int argc, char *argv[])
{
	const char *status = "";
	struct pagination page = { 0 };
	struct command v = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 's')
			status = optarg;
		else if (!command_option(&v, ch))
			st = pagination_option(&page, ch);
	if (st == GR_OK && *status && job_status_find(status) == JOB_STATUS_COUNT) {
		complain("--status: %s: no job is called so (InvalidRequest)", status);
		st = GR_BAD;
	}
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 0, 0);
	if (st == GR_OK)
		st = list(&v, &page, status);
	return command_close(&v, st);
}
