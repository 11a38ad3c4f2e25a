/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c - how far the jobs under way are */
#include "gr-report/page.h"
#include "gr-report/report.h"
#include "registry/counters.h"

#include <stdio.h>

enum { JOBS = 50 };

static enum status print_job(const struct report *r, sqlite3_stmt *row)
{
	struct counters t;
	enum status st = counters_read(&t, r->db, db_text(row, 0));
	int64_t waiting = db_int(row, 2),
		failed = t.count[EXECUTION_FAILED] + t.count[EXECUTION_TIMED_OUT] +
	    t.count[EXECUTION_REJECTED];
	const struct page_bar bar = { t.count[EXECUTION_SUCCEEDED], failed,
				      counters_total(&t) + waiting };

	fputs("<tr>", stdout);
	page_cell(db_text(row, 0));
	page_cell_bar(&bar);
	fputs("<td>", stdout);
	page_text(db_text(row, 1));
	printf(": %lld of %lld</td> <td>%lld failed</td> <td>%lld in progress</td>"
	       " <td>%lld waiting</td></tr>\n",
	       (long long)(counters_total(&t) - counters_open(&t)), (long long)bar.all,
	       (long long)failed, (long long)t.count[EXECUTION_IN_PROGRESS],
	       (long long)(waiting + t.count[EXECUTION_QUEUED]));
	return st;
}

enum status report_jobs(const struct report *r)
{
	sqlite3_stmt *row;
	int printed = 0;
	enum status st = db_query(
	    &row, r->db,
	    "SELECT id, status, coalesce(waiting, 0) FROM job LEFT JOIN rollout ON job = id"
	    " WHERE status IN ('IN_PROGRESS', 'SCHEDULED') ORDER BY created DESC",
	    "");

	page_section("Jobs in progress");
	if (st == GR_NO)
		page_note("None.");
	puts("<table id=\"jobs\" class=\"wide\">");
	for (; st == GR_OK && printed < JOBS; st = db_next(r->db, &row), printed++)
		if ((st = print_job(r, row)) != GR_OK)
			break;
	puts("</table>");
	if (st == GR_OK)
		page_note("For older jobs: gr-jobs list.");
	db_done(row);
	return st == GR_NO ? GR_OK : st;
}
