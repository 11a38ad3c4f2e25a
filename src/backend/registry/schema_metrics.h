/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_metrics.h - what the daemon tells a monitoring system of the whole fleet, kept by
 * triggers so that nobody has to count; a part of schema.c.
 */
#ifndef GR_REGISTRY_SCHEMA_METRICS_H
#define GR_REGISTRY_SCHEMA_METRICS_H

/* A time that nobody wrote down is counted nowhere: no row is at most NULL. */
#define METRICS_TOOK(stage, from, to) \
"  BEGIN UPDATE latency SET count = count + 1, sum = sum + max(0, " to " - " from ")" \
"    WHERE stage = '" stage "' AND le = (SELECT min(le) FROM latency" \
" WHERE stage = '" stage "' AND le >= max(0, " to " - " from ")); END;"

#define SCHEMA_METRICS \
/* All jobs together are the job without a name. */ \
"INSERT INTO tally SELECT '', value, 0, 0" \
" FROM json_each('[\"QUEUED\",\"IN_PROGRESS\",\"SUCCEEDED\",\"FAILED\",\"TIMED_OUT\"," \
"\"REJECTED\",\"REMOVED\",\"CANCELED\"]');" \
"CREATE TABLE total (name TEXT NOT NULL, label TEXT NOT NULL, count INTEGER NOT NULL," \
" PRIMARY KEY (name, label)) WITHOUT ROWID;" \
"INSERT INTO total VALUES ('rotations', 'NEW', 0), ('rotations', 'OLD', 0)," \
" ('connections', '', 0);" \
"CREATE TRIGGER total_rotation AFTER UPDATE OF survivor ON rotation" \
" WHEN old.survivor IS NULL AND new.survivor IS NOT NULL" \
"  BEGIN UPDATE total SET count = count + 1 WHERE name = 'rotations'" \
" AND label = new.survivor; END;" \
"CREATE TRIGGER total_connect AFTER INSERT ON session WHEN new.live" \
"  BEGIN UPDATE total SET count = count + 1 WHERE name = 'connections'; END;" \
"CREATE TRIGGER total_reconnect AFTER UPDATE OF live ON session WHEN new.live <> old.live" \
"  BEGIN UPDATE total SET count = count + new.live - old.live WHERE name = 'connections'; END;" \
"CREATE TRIGGER total_disconnect AFTER DELETE ON session WHEN old.live" \
"  BEGIN UPDATE total SET count = count - 1 WHERE name = 'connections'; END;" \
"CREATE TRIGGER total_alarm AFTER INSERT ON alarm" \
"  BEGIN INSERT INTO total VALUES ('alarms', new.kind, new.count) ON CONFLICT" \
" DO UPDATE SET count = count + new.count; END;" \
"CREATE TRIGGER total_alarm_again AFTER UPDATE OF count ON alarm" \
"  BEGIN UPDATE total SET count = count + new.count - old.count WHERE name = 'alarms'" \
" AND label = new.kind; END;" \
/* \
 * How long the stages of rotations took, in ms: how many at most le, and more than the next \
 * smaller one; their sum. \
 */ \
"CREATE TABLE latency (stage TEXT NOT NULL, le INTEGER NOT NULL, count INTEGER NOT NULL," \
" sum INTEGER NOT NULL, PRIMARY KEY (stage, le)) WITHOUT ROWID;" \
"INSERT INTO latency SELECT s.value, l.value, 0, 0" \
" FROM json_each('[\"start\",\"certificate\",\"switch\",\"commit\",\"report\",\"retire\"]') s," \
"  json_each('[100,300,1000,3000,10000,30000,60000,300000,1800000,21600000,86400000," \
"9223372036854775807]') l;" \
"CREATE TRIGGER latency_start AFTER UPDATE OF started ON execution" \
" WHEN old.started IS NULL AND new.started IS NOT NULL" \
	METRICS_TOOK("start", "new.queued", "new.started") \
"CREATE TRIGGER latency_certificate AFTER INSERT ON rotation" \
	METRICS_TOOK("certificate", "(SELECT started FROM execution WHERE id = new.execution)", \
		     "new.requested") \
"CREATE TRIGGER latency_switch AFTER UPDATE OF used ON rotation WHEN old.used IS NULL" \
" AND new.used IS NOT NULL" \
	METRICS_TOOK("switch", "new.requested", "new.used") \
"CREATE TRIGGER latency_commit AFTER UPDATE OF committed ON rotation" \
" WHEN old.committed IS NULL AND new.committed IS NOT NULL" \
	METRICS_TOOK("commit", "coalesce(new.used, new.requested)", "new.committed") \
"CREATE TRIGGER latency_report AFTER UPDATE OF decided ON rotation" \
" WHEN old.decided IS NULL AND new.decided IS NOT NULL" \
	METRICS_TOOK("report", "new.committed", "new.decided") \
"CREATE TRIGGER latency_retire AFTER UPDATE OF retired ON rotation" \
" WHEN old.retired IS NULL AND new.retired IS NOT NULL" \
	METRICS_TOOK("retire", "new.decided", "new.retired")

#endif
