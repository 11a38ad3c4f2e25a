/* SPDX-License-Identifier: Apache-2.0 */
/* findings.c - what needs attention: alarms, rotations without an end, and what an audit finds */
#include "base/progress.h"
#include "base/utc.h"
#include "gr-report/html.h"
#include "gr-report/report.h"
#include "registry/alarm.h"
#include "registry/audit.h"
#include "registry/history.h"
#include "registry/stall.h"
#include "str.h"

#include <stdbool.h>
#include <stdio.h>

enum { EXAMPLES = 5, DAYS_EXPIRING = 30 };

/* The first few of each check, and how many there are. */
struct findings {
	struct progress progress;
	int64_t count[AUDIT_CHECKS], all;
	struct example { char thing[129], detail[256]; } examples[AUDIT_CHECKS][EXAMPLES];
};

static enum status take(void *arg, const struct audit_finding *f)
{
	struct findings *found = arg;
	int64_t n = found->count[f->check]++;

	found->all++;
	if (n < EXAMPLES) {
		struct example *e = &found->examples[f->check][n];

		str_copy(e->thing, sizeof e->thing, f->thing[0] ? f->thing : f->certificate);
		str_copy(e->detail, sizeof e->detail, f->detail);
	}
	return GR_OK;
}

static void step(void *arg, int64_t certificates)
{
	progress_show(&((struct findings *)arg)->progress, certificates);
}

static void print_row(const char *kind, const char *thing, const char *text, const char *more)
{
	fputs("<tr>", stdout);
	html_cell(kind);
	html_cell(thing);
	html_cell(text);
	html_cell(more);
	puts("</tr>");
}

static void print_check(const struct findings *found, enum audit_check check)
{
	char more[64] = "";

	for (int i = 0; i < EXAMPLES && i < found->count[check]; i++)
		print_row(audit_name(check), found->examples[check][i].thing,
			  found->examples[check][i].detail, "");
	if (found->count[check] > EXAMPLES) {
		str_format(more, sizeof more, "%lld more: gr-audit -c %s",
			   (long long)(found->count[check] - EXAMPLES), audit_name(check));
		print_row(audit_name(check), "", more, "");
	}
}

static enum status print_audit(const struct report *r, int64_t *rows)
{
	struct findings found = { 0 };
	const struct audit audit = {
		.now = r->now, .expiring_ms = (int64_t)DAYS_EXPIRING * REPORT_DAY_MS,
		.age_ms = INT64_MAX, .a_third = true, .checks = (1u << AUDIT_CHECKS) - 1,
		.found = take, .looked_at = step, .arg = &found
	};
	int64_t certificates = 0;
	enum status st = audit_size(&certificates, r->db);

	if (st != GR_OK)
		return st;
	progress_start(&found.progress, "certificates", certificates);
	st = audit_run(&certificates, &audit, r->db);
	progress_end(&found.progress);
	for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
		print_check(&found, c);
	*rows += found.all;
	return st;
}

struct rows {
	int printed;
	bool more;
};

/* False: there are more than the page has room for. */
static bool take_row(struct rows *rows)
{
	rows->more = rows->printed == REPORT_ROWS;
	rows->printed += !rows->more;
	return !rows->more;
}

static enum status print_alarm(void *arg, const struct alarm_row *alarm)
{
	char at[32], more[64];

	if (!take_row(arg))
		return GR_OK;
	utc_format(at, alarm->at);
	str_format(more, sizeof more, "%lld time(s), %s", (long long)alarm->count, at);
	print_row(alarm->kind, alarm->thing[0] ? alarm->thing : alarm->certificate, alarm->text,
		  more);
	return GR_OK;
}

static enum status print_alarms(const struct report *r, int64_t *count)
{
	struct rows rows = { 0 };
	enum status st = alarm_list_newest(r->db, REPORT_ROWS + 1, print_alarm, &rows);

	if (rows.more)
		print_row("alarms", "", "for older alarms: gr-registry alarms", "");
	*count += rows.printed;
	return st;
}

static enum status print_late(void *arg, const struct history_late *late)
{
	char at[32], more[64];

	if (!take_row(arg))
		return GR_OK;
	utc_format(at, late->requested);
	str_format(more, sizeof more, "since %s", at);
	print_row("no final status", late->thing,
		  "asked for a certificate more than a day ago, and has not reported"
		  " which one it keeps", more);
	return GR_OK;
}

/* Until a device reports which certificate it keeps, it has two. */
static enum status print_open(const struct report *r, int64_t *count)
{
	struct rows rows = { 0 };
	enum status st = history_list_late(r->db, r->now - REPORT_DAY_MS, REPORT_ROWS + 1,
					   print_late, &rows);

	if (rows.more)
		print_row("no final status", "", "there are more; the oldest ones are shown", "");
	*count += rows.printed;
	return st;
}

/* A thing that is not connected is no fault, but who waits for the end of a job should know. */
static enum status print_away(const struct report *r, int64_t *count)
{
	char text[128];
	int64_t away = 0;
	enum status st = stall_count_away(&away, r->db, r->now - REPORT_DAY_MS);

	if (st != GR_OK || away == 0)
		return st;
	str_format(text, sizeof text,
		   "%lld execution(s) have been QUEUED for more than a day;"
		   " their things have not connected since",
		   (long long)away);
	print_row("not connected", "", text, "gr-jobs executions -s QUEUED");
	(*count)++;
	return GR_OK;
}

enum status report_findings(const struct report *r)
{
	int64_t rows = 0;
	enum status st;

	html_section("Needs attention");
	puts("<table id=\"findings\" class=\"wide\">");
	st = print_alarms(r, &rows);
	if (st == GR_OK)
		st = print_open(r, &rows);
	if (st == GR_OK)
		st = print_away(r, &rows);
	if (st == GR_OK)
		st = print_audit(r, &rows);
	puts("</table>");
	if (rows == 0)
		html_note("Nothing.");
	return st;
}
