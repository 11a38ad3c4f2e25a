/* SPDX-License-Identifier: Apache-2.0 */
/* failures.c - why executions failed */
#include "gr-report/page.h"
#include "gr-report/report.h"
#include "str.h"

#include <stdio.h>

/*
 * Of each reason the newest one: where max() stands, SQLite takes the other columns from that row.
 */
enum status report_failures(const struct report *r)
{
	char title[64];
	sqlite3_stmt *row;
	int printed = 0;
	enum status st =
	    db_query(&row, r->db,
		     "SELECT coalesce(json_extract(details, '$.DeviceFailureReason'), 'no reason "
		     "given') AS reason, status,"
		     " count(*) AS times, max(updated), thing, job FROM execution WHERE status IN "
		     "('FAILED', 'TIMED_OUT', 'REJECTED') AND updated >= ?"
		     " GROUP BY reason, status ORDER BY times DESC, reason",
		     "i", r->now - (int64_t)r->days * REPORT_DAY_MS);

	str_format(title, sizeof title, "Failures of the last %u day(s), by reason",
		   (unsigned)r->days);
	page_section(title);
	if (st == GR_NO)
		page_note("None.");
	puts("<table id=\"failures\" class=\"wide\">");
	if (st == GR_OK)
		puts("<thead><tr><th>Reason</th><th>Status</th><th>Times</th><th>Newest</"
		     "th><th>Thing</th><th>Job</th></tr></thead>");
	for (; st == GR_OK && printed < REPORT_ROWS; st = db_next(r->db, &row), printed++) {
		fputs("<tr>", stdout);
		page_cell(db_text(row, 0));
		page_cell(db_text(row, 1));
		page_cell_number(db_int(row, 2));
		page_cell_time(db_int(row, 3));
		page_cell(db_text(row, 4));
		page_cell(db_text(row, 5));
		puts("</tr>");
	}
	puts("</table>");
	if (st == GR_OK)
		page_note("For rarer reasons: gr-jobs executions -s FAILED.");
	db_done(row);
	return st == GR_NO ? GR_OK : st;
}
