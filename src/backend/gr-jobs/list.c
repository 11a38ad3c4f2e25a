/* SPDX-License-Identifier: Apache-2.0 */
/* crl_request.c - all jobs */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/page.h"
#include "str.h"

#include <stdio.h>
#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 's', "status", "STATUS", "only jobs that are SCHEDULED, IN_PROGRESS, CANCELED, COMPLETED or DELETION_IN_PROGRESS" },
	PAGE_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs list", "[-H DIR] [-j] [-s STATUS] [-n N] [-S TOKEN]",
	"List jobs: id, status, created, executions.", options
};

static void print(struct rows *rows, sqlite3_stmt *row)
{
	char created[32], executions[32];
	const char *const cells[] = { db_text(row, 0), db_text(row, 1), created, executions,
				      NULL };

	command_time(created, db_int(row, 2));
	str_format(executions, sizeof executions, "%lld", (long long)db_int(row, 3));
	if (!rows->command->json)
		rows_text(rows, cells);
	else
		rows_json(rows,
			  json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "jobId", cells[0], "status",
				    cells[1], "targetSelection",
				    db_int(row, 4) ? "CONTINUOUS" : "SNAPSHOT", "createdAt",
				    (json_int_t)(db_int(row, 2) / 1000), "lastUpdatedAt",
				    (json_int_t)(db_int(row, 5) / 1000), "executions",
				    (json_int_t)db_int(row, 3)));
}

/* In order of creation; a job's key in a page is its place in that order. */
static enum status list(struct command *v, struct page *page, const char *status)
{
	static const int widths[] = { 32, 20, 20, 0 };
	struct rows rows;
	sqlite3_stmt *row;
	int64_t place = 0;
	enum status st = db_query(
	    &row, v->db,
	    "SELECT id, status, created, (SELECT coalesce(sum(count), 0) FROM tally WHERE job = "
	    "job.id), continuous, updated"
	    " FROM job WHERE ?1 = '' OR status = ?1 ORDER BY created, id LIMIT -1 OFFSET ?2",
	    "si", status, page->after);

	page_begin(page, v, "jobs");
	rows_begin(&rows, v, widths);
	for (; st == GR_OK && page_take(page, &rows, page->after + ++place);
	     st = db_next(v->db, &row))
		print(&rows, row);
	if (st == GR_OK)
		db_done(row);
	rows_end(&rows);
	page_end(page, v);
	return st == GR_NO ? GR_OK : st;
}

int command_list(int argc, char *argv[])
{
	const char *status = "";
	struct page page = { 0 };
	struct command v = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 's')
			status = optarg;
		else if (!command_option(&v, ch))
			st = page_option(&page, ch);
	if (st == GR_OK && *status && job_status_find(status) == JOB_STATUS_COUNT) {
		complain("--status: %s: no job is called so (InvalidRequest)", status);
		st = GR_BAD;
	}
	if (st == GR_OK && (st = command_open(&v, &spec, argc, argv, 0, 0)) == GR_OK)
		st = list(&v, &page, status);
	return command_close(&v, st);
}
