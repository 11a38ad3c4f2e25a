/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c - how the fleet is, as text for Prometheus */
#include "daemon/metrics.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "printable.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a series: the value of its label, and a number. */
static const struct series { const char *name, *type, *help, *label, *sql; } all[] = {
	{ "gr_rotations_total", "counter", "Rotations that devices have ended, by the certificate that they live on", "survivor",
	  "SELECT label, count FROM total WHERE name = 'rotations'" },
	{ "gr_executions_total", "counter", "Job executions that ever came to a status", "status", "SELECT status, ever FROM tally WHERE job = ''" },
	{ "gr_job_executions", "gauge", "Job executions by the status they have", "status", "SELECT status, count FROM tally WHERE job = ''" },
	{ "gr_things_awaiting", "gauge", "Things that running jobs have not reached yet", NULL,
	  "SELECT NULL, coalesce(sum(waiting), 0) FROM rollout WHERE wake IS NOT NULL" },
	{ "gr_certificates", "gauge", "ACTIVE certificates, by the days that they are still good for", "days",
	  "WITH range (label, first, last) AS (VALUES ('expired', -1000000, -1), ('0-6', 0, 6), ('7-29', 7, 29), ('30-89', 30, 89), ('90-364', 90, 364), ('365-', 365, 10000000))"
	  " SELECT label, (SELECT coalesce(sum(certificates), 0) FROM expiry WHERE day BETWEEN first + unixepoch() / 86400 AND last + unixepoch() / 86400) FROM range" },
	{ "gr_connections", "gauge", "Things whose own client is connected", NULL, "SELECT NULL, count FROM total WHERE name = 'connections'" },
	{ "gr_alarms_total", "counter", "What an operator should look at", "kind", "SELECT label, count FROM total WHERE name = 'alarms'" },
	{ "gr_connections_closed_total", "counter", "Connections that the broker closed because of what was published over them", "rule",
	  "SELECT label, count FROM total WHERE name = 'closings'" },
	{ "gr_dropped_total", "counter", "Requests, and connections, of things that asked for more than they may, by the limit", "limit",
	  "SELECT label, count FROM total WHERE name = 'dropped'" },
	{ "gr_outbox_messages", "gauge", "Messages that the broker has not confirmed", NULL, "SELECT NULL, count(*) FROM outbox" },
	{ "gr_notices_waiting", "gauge", "Notices that a channel has not delivered; 10000 are that many or more", "channel",
	  "SELECT name, (SELECT count(*) FROM (SELECT 1 FROM notice WHERE id > done LIMIT 10000)) FROM channel" },
	{ "gr_retirement_paused", "gauge", "1 after a restore, until gr-registry resume-retirement", NULL,
	  "SELECT NULL, count(*) FROM meta WHERE key = 'retirement_paused'" },
};

static void print_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A channel is called as somebody called a file. */
static void print_quoted(FILE *out, const char *text)
{
	bool harmless;

	putc('"', out);
	for (size_t n; *text; text += n) {
		n = printable_char(&harmless, text);
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		fwrite(harmless ? text : "?", 1, harmless ? n : 1, out);
	}
	putc('"', out);
}

static enum status print_series(FILE *out, struct db *db, const struct series *s)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, s->sql, "");

	print_head(out, s->name, s->type, s->help);
	for (; st == GR_OK; st = db_next(db, &row)) {
		fputs(s->name, out);
		if (s->label) {
			fprintf(out, "{%s=", s->label);
			print_quoted(out, db_text(row, 0));
			putc('}', out);
		}
		fprintf(out, " %" PRId64 "\n", db_int(row, 1));
	}
	return st == GR_NO ? GR_OK : st;
}

static enum status print_latencies(FILE *out, struct db *db)
{
	static const char name[] = "gr_stage_seconds";
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT stage, le, sum(count) OVER (PARTITION BY stage ORDER BY "
				  "le), sum(sum) OVER (PARTITION BY stage)"
				  " FROM latency ORDER BY stage, le",
				  "");

	print_head(out, name, "histogram", "How long the stages of rotations took");
	for (; st == GR_OK; st = db_next(db, &row)) {
		const char *stage = db_text(row, 0);
		int64_t le = db_int(row, 1), count = db_int(row, 2), sum = db_int(row, 3);

		if (le != INT64_MAX) {
			fprintf(out, "%s_bucket{stage=\"%s\",le=\"%g\"} %" PRId64 "\n", name,
				stage, (double)le / 1000, count);
			continue;
		}
		fprintf(out, "%s_bucket{stage=\"%s\",le=\"+Inf\"} %" PRId64 "\n", name, stage,
			count);
		fprintf(out, "%s_sum{stage=\"%s\"} %" PRId64 ".%03d\n", name, stage, sum / 1000,
			(int)(sum % 1000));
		fprintf(out, "%s_count{stage=\"%s\"} %" PRId64 "\n", name, stage, count);
	}
	return st == GR_NO ? GR_OK : st;
}

static enum status print_all(FILE *out, struct db *db, bool connected)
{
	enum status st = GR_OK;

	for (size_t i = 0; i < sizeof all / sizeof all[0] && st == GR_OK; i++)
		st = print_series(out, db, &all[i]);
	if (st == GR_OK)
		st = print_latencies(out, db);
	print_head(out, "gr_broker_connected", "gauge",
		   "1 while the daemon has its subscription at the broker");
	fprintf(out, "gr_broker_connected %d\n", connected);
	return st;
}

static enum status write_file(const char *path, struct db *db, bool connected)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	enum status st = out ? print_all(out, db, connected) : GR_FAIL;

	if (!out || fclose(out) != 0) {
		complain("%s: %s", path, strerror(errno));
		st = GR_FAIL;
	}
	if (st == GR_OK)
		st = file_replace(path, text, len, 0644);	/* for another user */
	free(text);
	return st;
}

void metrics_run(struct metrics *m, struct db *db, bool connected)
{
	int64_t now = clock_boot_ms();

	if (!m->path || now < m->next)
		return;
	m->next = now + m->every_ms;
	(void)write_file(m->path, db, connected);
}
