/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c - the state of the fleet in numbers */
#include "registry/metrics.h"

#include <stddef.h>

/* Each row: the value of the label, and the number. */
static const struct series { struct metric metric; const char *sql;
} all[] = {
	{ { "gr_rotations_total", "counter",
	    "Rotations that devices have ended, by the surviving certificate", "survivor" },
	  "SELECT label, count FROM total WHERE name = 'rotations'" },
	{ { "gr_executions_total", "counter", "Job executions that ever had a status", "status" },
	  "SELECT status, ever FROM tally WHERE job = ''" },
	{ { "gr_job_executions", "gauge", "Job executions by their present status", "status" },
	  "SELECT status, count FROM tally WHERE job = ''" },
	{ { "gr_things_awaiting", "gauge", "Things that running jobs have not reached yet", NULL },
	  "SELECT NULL, coalesce(sum(waiting), 0) FROM rollout WHERE wake IS NOT NULL" },
	{ { "gr_certificates", "gauge", "ACTIVE certificates, by the days until they expire",
	    "days" },
	  "WITH range (label, first, last) AS (VALUES ('expired', -1000000, -1), ('0-6', 0, 6),"
	  " ('7-29', 7, 29), ('30-89', 30, 89), ('90-364', 90, 364), ('365-', 365, 10000000))"
	  " SELECT label, (SELECT coalesce(sum(certificates), 0) FROM expiry"
	  " WHERE day BETWEEN first + unixepoch() / 86400 AND last + unixepoch() / 86400)"
	  " FROM range" },
	{ { "gr_connections", "gauge", "Things whose own client is connected", NULL },
	  "SELECT NULL, count FROM total WHERE name = 'connections'" },
	{ { "gr_alarms_total", "counter", "What an operator should look at", "kind" },
	  "SELECT label, count FROM total WHERE name = 'alarms'" },
	{ { "gr_connections_closed_total", "counter",
	    "Connections that the broker closed because of what was published over them", "rule" },
	  "SELECT label, count FROM total WHERE name = 'closings'" },
	{ { "gr_dropped_total", "counter",
	    "Requests and connections dropped because a thing exceeded a limit, by the limit",
	    "limit" },
	  "SELECT label, count FROM total WHERE name = 'dropped'" },
	{ { "gr_outbox_messages", "gauge", "Messages that the broker has not confirmed", NULL },
	  "SELECT NULL, count(*) FROM outbox" },
	{ { "gr_notices_waiting", "gauge",
	    "Notifications that a channel has not delivered; 10000 stands for that many or more",
	    "channel" },
	  "SELECT name, (SELECT count(*) FROM (SELECT 1 FROM notice WHERE id > done LIMIT 10000))"
	  " FROM channel" },
	{ { "gr_retirement_paused", "gauge",
	    "1 after a restore, until gr-registry resume-retirement", NULL },
	  "SELECT NULL, count(*) FROM meta WHERE key = 'retirement_paused'" },
};

static enum status read_series(struct db *db, const struct series *s,
			       void (*value)(void *obj, const struct metrics_value *value),
			       void *obj)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, s->sql, "");

	for (; st == GR_OK; st = db_next(db, &row)) {
		const struct metrics_value v = { &s->metric, db_text(row, 0), db_int(row, 1) };

		value(obj, &v);
	}
	return st == GR_NO ? GR_OK : st;
}

enum status metrics_each(struct db *db, void (*head)(void *obj, const struct metric *metric),
			 void (*value)(void *obj, const struct metrics_value *value), void *obj)
{
	enum status st = GR_OK;

	for (size_t i = 0; i < sizeof all / sizeof all[0] && st == GR_OK; i++) {
		head(obj, &all[i].metric);
		st = read_series(db, &all[i], value, obj);
	}
	return st;
}

enum status metrics_each_latency(struct db *db,
				 void (*each)(void *obj, const struct metrics_latency *latency),
				 void *obj)
{
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db,
		     "SELECT stage, le, sum(count) OVER (PARTITION BY stage ORDER BY le),"
		     " sum(sum) OVER (PARTITION BY stage) FROM latency"
		     " ORDER BY stage, le",
		     "");

	for (; st == GR_OK; st = db_next(db, &row)) {
		const struct metrics_latency latency = { db_text(row, 0), db_int(row, 1),
							 db_int(row, 2), db_int(row, 3) };

		each(obj, &latency);
	}
	return st == GR_NO ? GR_OK : st;
}
