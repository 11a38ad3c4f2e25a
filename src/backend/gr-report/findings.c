/* SPDX-License-Identifier: Apache-2.0 */
/* findings.c - what needs attention: alarms, rotations without an end, and what an audit finds */
#include "base/progress.h"
#include "gr-report/page.h"
#include "gr-report/report.h"
#include "registry/audit.h"
#include "registry/stall.h"
#include "str.h"

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
	page_cell(kind);
	page_cell(thing);
	page_cell(text);
	page_cell(more);
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

static enum status print_alarms(const struct report *r, int64_t *rows)
{
	sqlite3_stmt *row;
	char more[64];
	int printed = 0;
	enum status st = db_query(&row, r->db,
				  "SELECT kind, thing, certificate, text, count, "
				  "strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch')"
				  " FROM alarm ORDER BY at DESC, id DESC",
				  "");

	for (; st == GR_OK && printed < REPORT_ROWS; st = db_next(r->db, &row), printed++) {
		str_format(more, sizeof more, "%lld time(s), %s", (long long)db_int(row, 4),
			   db_text(row, 5));
		print_row(db_text(row, 0), db_text(row, 1)[0] ? db_text(row, 1) : db_text(row, 2),
			  db_text(row, 3), more);
	}
	if (st == GR_OK)
		print_row("alarms", "", "for older alarms: gr-registry alarms", "");
	db_done(row);
	*rows += printed;
	return st == GR_NO ? GR_OK : st;
}

/* Until a device reports which certificate it keeps, it has two. */
static enum status print_open(const struct report *r, int64_t *rows)
{
	sqlite3_stmt *row;
	char more[64];
	int printed = 0;
	enum status st = db_query(&row, r->db,
				  "SELECT thing, job, strftime('%Y-%m-%dT%H:%M:%SZ', requested / "
				  "1000, 'unixepoch') FROM rotation"
				  " WHERE survivor IS NULL AND requested < ? ORDER BY requested",
				  "i", r->now - REPORT_DAY_MS);

	for (; st == GR_OK && printed < REPORT_ROWS; st = db_next(r->db, &row), printed++) {
		str_format(more, sizeof more, "since %s", db_text(row, 2));
		print_row("no final status", db_text(row, 0),
			  "asked for a certificate more than a day ago, and has not reported"
			  " which one it keeps", more);
	}
	if (st == GR_OK)
		print_row("no final status", "", "there are more; the oldest ones are shown", "");
	db_done(row);
	*rows += printed;
	return st == GR_NO ? GR_OK : st;
}

/* A thing that is not connected is no fault, but who waits for the end of a job should know. */
static enum status print_away(const struct report *r, int64_t *rows)
{
	char text[128];
	int64_t away = 0;
	enum status st = db_number(&away, r->db,
				   "SELECT count(*) FROM execution x WHERE status = 'QUEUED' AND "
				   "queued < ? AND NOT " STALL_WAS_THERE,
				   "i", r->now - REPORT_DAY_MS);

	if (st != GR_OK || away == 0)
		return st;
	str_format(text, sizeof text,
		   "%lld execution(s) have been QUEUED for more than a day;"
		   " their things have not connected since",
		   (long long)away);
	print_row("not connected", "", text, "gr-jobs executions -s QUEUED");
	(*rows)++;
	return GR_OK;
}

enum status report_findings(const struct report *r)
{
	int64_t rows = 0;
	enum status st;

	page_section("Needs attention");
	puts("<table id=\"findings\" class=\"wide\">");
	if ((st = print_alarms(r, &rows)) == GR_OK && (st = print_open(r, &rows)) == GR_OK &&
	    (st = print_away(r, &rows)) == GR_OK)
		st = print_audit(r, &rows);
	puts("</table>");
	if (rows == 0)
		page_note("Nothing.");
	return st;
}
