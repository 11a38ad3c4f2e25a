/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_notification.h - what an operator is to be told, and how far each channel has been; a
 * part of schema.c. Triggers write it down, in the transaction of whatever it tells of, once
 * there is a channel at all.
 */
#ifndef GR_REGISTRY_SCHEMA_NOTIFICATION_H
#define GR_REGISTRY_SCHEMA_NOTIFICATION_H

/*
 * The triggers copy what there is to say: notification.c makes the JSON of it, since a schema
 * that is not trusted may call no JSON function. body is what a version before wrote there.
 */
#define SCHEMA_NOTIFICATION_TRIGGERS \
"CREATE TRIGGER notice_execution AFTER UPDATE OF status ON execution" \
"  WHEN new.status IN ('FAILED', 'TIMED_OUT', 'REJECTED') AND new.status <> old.status" \
" AND EXISTS (SELECT 1 FROM channel)" \
"  BEGIN INSERT INTO notice (at, body, event, job, thing, number, status, details)" \
"    VALUES (new.updated, '', 'JOB_EXECUTION', new.job, new.thing, new.number, new.status," \
" new.details); END;" \
"CREATE TRIGGER notice_job AFTER UPDATE OF status ON job" \
"  WHEN new.status IN ('COMPLETED', 'CANCELED') AND new.status <> old.status" \
" AND EXISTS (SELECT 1 FROM channel)" \
"  BEGIN INSERT INTO notice (at, body, event, job, status, reason, comment)" \
"    VALUES (new.updated, '', 'JOB', new.id, new.status, new.reason, new.comment); END;" \
"CREATE TRIGGER notice_alarm AFTER INSERT ON alarm WHEN EXISTS (SELECT 1 FROM channel)" \
"  BEGIN INSERT INTO notice (at, body, event, kind, thing, certificate, text)" \
"    VALUES (new.at, '', 'ALARM', new.kind, nullif(new.thing, ''), nullif(new.certificate," \
" ''), new.text); END;"

#define SCHEMA_NOTICE \
"CREATE TABLE channel (" \
"  name TEXT PRIMARY KEY," \
/* all notices up to this one are delivered, or given up */ \
"  done INTEGER NOT NULL," \
"  attempts INTEGER NOT NULL,"		/* in vain, at the one after it */ \
"  due INTEGER NOT NULL"		/* of the next attempt */ \
") WITHOUT ROWID;" \
"CREATE TABLE notice (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL," \
" body TEXT NOT NULL, event TEXT, job TEXT, thing TEXT," \
"  number INTEGER, status TEXT, details TEXT, reason TEXT, comment TEXT, kind TEXT," \
" certificate TEXT, text TEXT);" \
SCHEMA_NOTIFICATION_TRIGGERS

#endif
