/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c - how far the jobs under way are */
#include "gr-report/html.h"
#include "gr-report/report.h"
#include "registry/counters.h"
#include "registry/job_list.h"

#include <stdbool.h>
#include <stdio.h>

enum { JOBS = 50 };

struct section {
	struct db *db;
	int rows;
	bool more;
};

static void print_row(const struct job_row *job, const struct counters *t)
{
	int64_t failed = t->count[EXECUTION_FAILED] + t->count[EXECUTION_TIMED_OUT] +
	    t->count[EXECUTION_REJECTED];
	const struct html_bar bar = { t->count[EXECUTION_SUCCEEDED], failed,
				      counters_total(t) + job->waiting };

	fputs("<tr>", stdout);
	html_cell(job->id);
	html_cell_bar(&bar);
	fputs("<td>", stdout);
	html_text(job->status);
	printf(": %lld of %lld</td> <td>%lld failed</td> <td>%lld in progress</td>"
	       " <td>%lld waiting</td></tr>\n",
	       (long long)(counters_total(t) - counters_open(t)), (long long)bar.all,
	       (long long)failed, (long long)t->count[EXECUTION_IN_PROGRESS],
	       (long long)(job->waiting + t->count[EXECUTION_QUEUED]));
}

static enum status print_job(void *arg, const struct job_row *job)
{
	struct section *section = arg;
	struct counters counters;
	enum status st;

	section->more = section->rows == JOBS;
	if (section->more)
		return GR_OK;
	section->rows++;
	st = counters_read(&counters, section->db, job->id);
	if (st == GR_OK)
		print_row(job, &counters);
	return st;
}

enum status report_jobs(const struct report *r)
{
	struct section section = { .db = r->db };
	enum status st;

	html_section("Jobs in progress");
	puts("<table id=\"jobs\" class=\"wide\">");
	st = job_list_open(r->db, JOBS + 1, print_job, &section);
	puts("</table>");
	if (st == GR_OK && section.rows == 0)
		html_note("None.");
	if (section.more)
		html_note("For older jobs: gr-jobs list.");
	return st;
}
