/*
 * schema_notice.h - what an operator is to be told, and how far each channel has been; a part of schema.c. Triggers write it
 * down, in the transaction of whatever it tells of, once there is a channel at all.
 */
#ifndef GR_SCHEMA_NOTICE_H
#define GR_SCHEMA_NOTICE_H

/* json_patch leaves out members that are NULL. */
#define SCHEMA_NOTICE \
"CREATE TABLE channel (" \
"  name TEXT PRIMARY KEY," \
"  done INTEGER NOT NULL,"		/* all notices up to this one are delivered, or given up */ \
"  attempts INTEGER NOT NULL,"		/* in vain, at the one after it */ \
"  due INTEGER NOT NULL"		/* of the next attempt */ \
") WITHOUT ROWID;" \
"CREATE TABLE notice (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT NOT NULL);" \
"CREATE TRIGGER notice_execution AFTER UPDATE OF status ON execution" \
"  WHEN new.status IN ('FAILED', 'TIMED_OUT', 'REJECTED') AND new.status <> old.status AND EXISTS (SELECT 1 FROM channel)" \
"  BEGIN INSERT INTO notice (at, body) VALUES (new.updated, json_object('eventType', 'JOB_EXECUTION', 'timestamp', new.updated / 1000," \
"    'summary', 'job ' || new.job || ' on ' || new.thing || ': ' || new.status || coalesce(': ' || json_extract(new.details, '$.DeviceFailureReason'), '')," \
"    'jobId', new.job, 'thingName', new.thing, 'executionNumber', new.number, 'status', new.status, 'statusDetails', json(new.details))); END;" \
"CREATE TRIGGER notice_job AFTER UPDATE OF status ON job" \
"  WHEN new.status IN ('COMPLETED', 'CANCELED') AND new.status <> old.status AND EXISTS (SELECT 1 FROM channel)" \
"  BEGIN INSERT INTO notice (at, body) VALUES (new.updated, json_patch('{}', json_object('eventType', 'JOB', 'timestamp', new.updated / 1000," \
"    'summary', 'job ' || new.id || ': ' || new.status || coalesce(': ' || new.comment, ': ' || new.reason, '')," \
"    'jobId', new.id, 'status', new.status, 'reasonCode', new.reason, 'comment', new.comment))); END;" \
"CREATE TRIGGER notice_alarm AFTER INSERT ON alarm WHEN EXISTS (SELECT 1 FROM channel)" \
"  BEGIN INSERT INTO notice (at, body) VALUES (new.at, json_patch('{}', json_object('eventType', 'ALARM', 'timestamp', new.at / 1000," \
"    'summary', 'alarm ' || new.kind || coalesce(': ' || nullif(new.thing, ''), '') || ': ' || new.text, 'kind', new.kind," \
"    'thingName', nullif(new.thing, ''), 'certificateId', nullif(new.certificate, ''), 'text', new.text))); END;"

#endif
