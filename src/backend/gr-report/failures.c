/* SPDX-License-Identifier: Apache-2.0 */
/* failures.c - why executions failed */
#include "gr-report/html.h"
#include "gr-report/report.h"
#include "registry/execution_list.h"
#include "str.h"

#include <stdbool.h>
#include <stdio.h>

struct section {
	int rows;
	bool more;
};

static enum status print_failure(void *arg, const struct execution_failure *f)
{
	struct section *section = arg;

	section->more = section->rows == REPORT_ROWS;
	if (section->more)
		return GR_OK;
	if (section->rows++ == 0)
		puts("<thead><tr><th>Reason</th><th>Status</th><th>Times</th><th>Newest</th>"
		     "<th>Thing</th><th>Job</th></tr></thead>");
	fputs("<tr>", stdout);
	html_cell(f->reason);
	html_cell(f->status);
	html_cell_number(f->times);
	html_cell_time(f->updated);
	html_cell(f->thing);
	html_cell(f->job);
	puts("</tr>");
	return GR_OK;
}

enum status report_failures(const struct report *r)
{
	struct section section = { 0 };
	int64_t since = r->now - (int64_t)r->days * REPORT_DAY_MS;
	char title[64];
	enum status st;

	str_format(title, sizeof title, "Failures of the last %u day(s), by reason",
		   (unsigned)r->days);
	html_section(title);
	puts("<table id=\"failures\" class=\"wide\">");
	st = execution_list_reasons(r->db, since, REPORT_ROWS + 1, print_failure, &section);
	puts("</table>");
	if (st == GR_OK && section.rows == 0)
		html_note("None.");
	if (section.more)
		html_note("For rarer reasons: gr-jobs executions -s FAILED.");
	return st;
}
