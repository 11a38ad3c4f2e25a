/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c - the registry's tables */
#include "registry/schema.h"
#include "registry/schema_counters.h"
#include "registry/schema_metrics.h"
#include "registry/schema_notification.h"

const char schema_sql[] =
"CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
"INSERT INTO meta VALUES ('version', 4), ('policy_epoch', 1);"

"CREATE TABLE thing (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;"

/* With row ids, since a row is larger than an index page would hold in place. */
"CREATE TABLE certificate ("
"  id TEXT PRIMARY KEY,"		/* SHA-256 over the DER, lower-case hex */
"  status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE', 'REVOKED')),"
"  pem TEXT NOT NULL,"
"  spki TEXT NOT NULL,"			/* which key it certifies: key_identity, key.h */
"  not_after INTEGER NOT NULL,"
"  authority TEXT NOT NULL DEFAULT '',"	/* who signed it, by its name in the folder ca */
"  private INTEGER NOT NULL DEFAULT 0,"	/* issued in mode private: to retire it is to revoke it */
"  created INTEGER NOT NULL,"
/* when a rotation put it out of use; deleted after the quarantine */
"  retired INTEGER,"
/* when its thing was first seen over it: a session as exactly the thing, or a create */
"  seen INTEGER,"
"  key_type TEXT NOT NULL DEFAULT '',"	/* as strength.h names them; '': nobody has looked */
"  digest TEXT NOT NULL DEFAULT ''"
");"
"CREATE INDEX certificate_authority ON certificate (authority, status);"
/*
 * All that an audit asks of a certificate, in the order of principal: neither reads what lies
 * between.
 */
"CREATE INDEX certificate_audit ON certificate (id, spki, status, not_after, created,"
" key_type, digest);"
"CREATE INDEX certificate_unexamined ON certificate (id) WHERE key_type = '';"
"CREATE INDEX certificate_retired ON certificate (retired) WHERE retired IS NOT NULL;"

/*
 * Exclusive attachment (AWS IoT EXCLUSIVE_THING): a certificate belongs to one thing at the
 * most.
 */
"CREATE TABLE principal ("
"  certificate TEXT PRIMARY KEY REFERENCES certificate,"
"  thing TEXT NOT NULL REFERENCES thing,"
"  attached INTEGER NOT NULL"
") WITHOUT ROWID;"
"CREATE INDEX principal_thing ON principal (thing);"

"CREATE TABLE policy (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;"
/* A second copy of each document, see second_look.h. */
"CREATE INDEX policy_copy ON policy (document);"
"CREATE TABLE certificate_policy ("
"  certificate TEXT NOT NULL REFERENCES certificate,"
"  policy TEXT NOT NULL REFERENCES policy,"
"  PRIMARY KEY (certificate, policy)"
") WITHOUT ROWID;"
"CREATE INDEX certificate_policy_policy ON certificate_policy (policy);"

"CREATE TABLE thing_group (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;"
"CREATE TABLE member ("
"  thing_group TEXT NOT NULL REFERENCES thing_group,"
"  thing TEXT NOT NULL REFERENCES thing,"
"  PRIMARY KEY (thing_group, thing)"
") WITHOUT ROWID;"
"CREATE INDEX member_thing ON member (thing);"

/* Every public key that ever asked for a certificate: none is certified twice. */
"CREATE TABLE seen_key (spki TEXT PRIMARY KEY, thing TEXT NOT NULL,"
" seen INTEGER NOT NULL) WITHOUT ROWID;"
/* Outlives the certificate row, so that putting a certificate back by hand does not revive it. */
"CREATE TABLE revoked ("
"  certificate TEXT PRIMARY KEY,"
"  thing TEXT NOT NULL,"
"  serial TEXT NOT NULL,"		/* hexadecimal */
"  authority TEXT NOT NULL DEFAULT '',"	/* on whose CRL it stands, until not_after */
"  reason TEXT NOT NULL DEFAULT 'unspecified',"
"  not_after INTEGER NOT NULL DEFAULT 0,"
"  revoked INTEGER NOT NULL"
") WITHOUT ROWID;"
"CREATE INDEX revoked_authority ON revoked (authority, not_after);"
/* the newest one published */
"CREATE TABLE crl (authority TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;"

/*
 * Certificates that stopped being usable, in order: what the broker plugin reads to drop
 * clients.
 */
"CREATE TABLE departure (seq INTEGER"
" PRIMARY KEY AUTOINCREMENT, certificate TEXT NOT NULL,"
" at INTEGER NOT NULL DEFAULT (unixepoch() * 1000));"
"CREATE TRIGGER departure_status AFTER UPDATE OF status ON certificate"
" WHEN old.status = 'ACTIVE' AND new.status <> 'ACTIVE'"
"  BEGIN INSERT INTO departure (certificate) VALUES (new.id); END;"
"CREATE TRIGGER departure_delete AFTER DELETE ON certificate WHEN old.status = 'ACTIVE'"
"  BEGIN INSERT INTO departure (certificate) VALUES (old.id); END;"
"CREATE TRIGGER departure_revoked AFTER INSERT ON revoked"
"  BEGIN INSERT INTO departure (certificate) VALUES (new.certificate); END;"
"CREATE TRIGGER departure_detached AFTER DELETE ON principal"
"  BEGIN INSERT INTO departure (certificate) VALUES (old.certificate); END;"
SCHEMA_TALLY

/* Moves whenever an answer of the policy engine could change: the plugin drops its cache then. */
"CREATE TRIGGER epoch_policy_update AFTER UPDATE ON policy"
" BEGIN UPDATE meta SET value = value + 1 WHERE key = 'policy_epoch'; END;"
"CREATE TRIGGER epoch_policy_delete AFTER DELETE ON policy"
" BEGIN UPDATE meta SET value = value + 1 WHERE key = 'policy_epoch'; END;"
/* each rotation takes policies from a certificate that has died */
"CREATE TRIGGER epoch_detach AFTER DELETE ON certificate_policy"
"  WHEN EXISTS (SELECT 1 FROM certificate WHERE id = old.certificate"
" AND status = 'ACTIVE') BEGIN UPDATE meta SET value = value + 1"
" WHERE key = 'policy_epoch'; END;"

"CREATE TABLE job ("
"  id TEXT PRIMARY KEY,"
"  document TEXT NOT NULL,"		/* byte for byte as it was given */
"  description TEXT NOT NULL DEFAULT '',"
/* rollout, abort, time-out, retry, schedule: the members of CreateJob */
"  config TEXT NOT NULL DEFAULT '{}',"
"  template TEXT,"
"  continuous INTEGER NOT NULL DEFAULT 0,"
"  status TEXT NOT NULL CHECK (status IN ('SCHEDULED', 'IN_PROGRESS', 'CANCELED',"
" 'COMPLETED', 'DELETION_IN_PROGRESS')),"
"  reason TEXT,"
"  comment TEXT,"
"  force_canceled INTEGER NOT NULL DEFAULT 0,"
"  created INTEGER NOT NULL,"
"  updated INTEGER NOT NULL,"
"  completed INTEGER"
") WITHOUT ROWID;"
"CREATE INDEX job_deletion ON job (id) WHERE status = 'DELETION_IN_PROGRESS';"
"CREATE TABLE job_target (job TEXT NOT NULL REFERENCES job, target TEXT NOT NULL,"
" PRIMARY KEY (job, target)) WITHOUT ROWID;"
"CREATE TABLE job_template (id TEXT"
" PRIMARY KEY, document TEXT NOT NULL, description TEXT NOT NULL, config TEXT NOT NULL,"
"  created INTEGER NOT NULL) WITHOUT ROWID;"

/*
 * What moves while a job is rolled out or taken back; apart from the job, whose document may
 * be long.
 */
"CREATE TABLE rollout ("
"  job TEXT PRIMARY KEY,"
/* when the daemon has to look at the job next; NULL: not of its own accord */
"  wake INTEGER,"
"  next INTEGER NOT NULL DEFAULT 0,"	/* microseconds: when the next thing may be released */
"  waiting INTEGER NOT NULL DEFAULT 0,"	/* things in awaiting */
"  released INTEGER NOT NULL DEFAULT 0,"	/* things that were notified */
"  done INTEGER NOT NULL DEFAULT 0,"	/* nobody waits any more */
"  joins INTEGER NOT NULL DEFAULT 0,"	/* continuous, and things may still join */
"  recall INTEGER NOT NULL DEFAULT 0"	/* what is being taken back, enum cancellation */
") WITHOUT ROWID;"
"CREATE INDEX rollout_wake ON rollout (wake) WHERE wake IS NOT NULL;"
"CREATE TABLE awaiting (job TEXT NOT NULL, thing TEXT NOT NULL,"
" PRIMARY KEY (job, thing)) WITHOUT ROWID;"

/*
 * Continuous jobs that are IN_PROGRESS: their targets, the things that they have reached, and
 * things that may have come or gone.
 */
"CREATE TABLE continuous_target (target TEXT NOT NULL, job TEXT NOT NULL,"
" PRIMARY KEY (target, job)) WITHOUT ROWID;"
"CREATE TABLE covered (job TEXT NOT NULL, thing TEXT NOT NULL,"
" PRIMARY KEY (job, thing)) WITHOUT ROWID;"
"CREATE TABLE membership_change (thing TEXT PRIMARY KEY) WITHOUT ROWID;"
"CREATE TRIGGER member_joined AFTER INSERT ON member WHEN EXISTS (SELECT 1"
" FROM continuous_target WHERE target = 'thinggroup/' || new.thing_group)"
"  BEGIN INSERT OR IGNORE INTO membership_change VALUES (new.thing); END;"
"CREATE TRIGGER member_left AFTER DELETE ON member WHEN EXISTS (SELECT 1"
" FROM continuous_target WHERE target = 'thinggroup/' || old.thing_group)"
"  BEGIN INSERT OR IGNORE INTO membership_change VALUES (old.thing); END;"
"CREATE TRIGGER thing_came AFTER INSERT ON thing WHEN EXISTS (SELECT 1"
" FROM continuous_target WHERE target = 'thing/' || new.name)"
"  BEGIN INSERT OR IGNORE INTO membership_change VALUES (new.name); END;"
"CREATE TRIGGER thing_went AFTER DELETE ON thing WHEN EXISTS (SELECT 1"
" FROM continuous_target WHERE target = 'thing/' || old.name)"
"  BEGIN INSERT OR IGNORE INTO membership_change VALUES (old.name); END;"

"CREATE TABLE execution ("
"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
"  thing TEXT NOT NULL,"
"  job TEXT NOT NULL REFERENCES job,"
"  number INTEGER NOT NULL,"
"  attempt INTEGER NOT NULL DEFAULT 0,"	/* retries before this one */
"  status TEXT NOT NULL CHECK (status IN"
"    ('QUEUED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'REJECTED', 'REMOVED',"
" 'CANCELED')),"
"  version INTEGER NOT NULL DEFAULT 1,"
"  details TEXT NOT NULL DEFAULT '{}',"	/* statusDetails, a JSON object of strings */
"  force_canceled INTEGER NOT NULL DEFAULT 0,"
"  queued INTEGER NOT NULL,"
"  started INTEGER,"
"  updated INTEGER NOT NULL,"
"  deadline INTEGER,"			/* of the in-progress timer */
"  step_deadline INTEGER,"
"  UNIQUE (thing, job, number)"
");"
"CREATE INDEX execution_pending ON execution (thing, status, queued, id)"
" WHERE status IN ('QUEUED', 'IN_PROGRESS');"
"CREATE INDEX execution_job ON execution (job);"		/* and by that in order of id */
"CREATE INDEX execution_open ON execution (job, status) WHERE status IN ('QUEUED', 'IN_PROGRESS');"
"CREATE INDEX execution_failed ON execution (job, updated)"
" WHERE status IN ('FAILED', 'TIMED_OUT', 'REJECTED');"
"CREATE INDEX execution_retry ON execution (job) WHERE attempt > 0;"
"CREATE INDEX execution_deadline ON execution (deadline) WHERE status = 'IN_PROGRESS'"
" AND deadline IS NOT NULL;"
"CREATE INDEX execution_step ON execution (step_deadline) WHERE status = 'IN_PROGRESS'"
" AND step_deadline IS NOT NULL;"

/*
 * How a job's executions, and those of all jobs (''), stand, and how many ever came to stand
 * so: nobody has to count them.
 */
"CREATE TABLE tally (job TEXT NOT NULL, status TEXT NOT NULL, count INTEGER NOT NULL,"
" ever INTEGER NOT NULL, PRIMARY KEY (job, status)) WITHOUT ROWID;"
"CREATE TRIGGER tally_insert AFTER INSERT ON execution BEGIN"
"  INSERT INTO tally VALUES (new.job, new.status, 1, 1), ('', new.status, 1, 1)"
" ON CONFLICT DO UPDATE SET count = count + 1, ever = ever + 1; END;"
"CREATE TRIGGER tally_update AFTER UPDATE OF status ON execution"
" WHEN new.status <> old.status BEGIN"
"  UPDATE tally SET count = count - 1 WHERE job IN (old.job, '') AND status = old.status;"
"  INSERT INTO tally VALUES (new.job, new.status, 1, 1), ('', new.status, 1, 1)"
" ON CONFLICT DO UPDATE SET count = count + 1, ever = ever + 1; END;"
"CREATE TRIGGER tally_delete AFTER DELETE ON execution BEGIN"
"  UPDATE tally SET count = count - 1 WHERE job IN (old.job, '') AND status = old.status; END;"

/* The newest job that each thing asked for by itself. */
"CREATE TABLE own_job (thing TEXT PRIMARY KEY, job TEXT NOT NULL,"
" at INTEGER NOT NULL) WITHOUT ROWID;"

/*
 * The chain of custody: one row for each execution that asked for a certificate; kept after
 * the job.
 */
"CREATE TABLE rotation ("
"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
"  execution INTEGER NOT NULL UNIQUE,"	/* execution.id, also when that row is gone */
"  thing TEXT NOT NULL,"
"  job TEXT NOT NULL,"
"  number INTEGER NOT NULL,"
"  client TEXT NOT NULL,"		/* who asked */
"  old TEXT NOT NULL,"			/* certificate the request came over */
"  new TEXT NOT NULL,"			/* certificate that came out */
"  spki TEXT NOT NULL,"
"  csr TEXT NOT NULL,"
"  pem TEXT NOT NULL,"
"  requested INTEGER NOT NULL,"
"  used INTEGER,"			/* NEW was first used to connect or to ask */
"  committed INTEGER,"			/* licence to say SUCCEEDED */
"  not_ours INTEGER NOT NULL DEFAULT 0,"	/* the device did not say that it is one of ours */
/* not_ours: FAILED or REJECTED was said over NEW, which decides nothing by itself */
"  failed INTEGER,"
/* written once, by the device's own final word; what turns it around stands in turned */
"  survivor TEXT CHECK (survivor IN ('OLD', 'NEW')),"
"  decided INTEGER,"
/* the survivor became unusable, and the device spoke over the other certificate */
"  turned INTEGER,"
"  retired INTEGER"			/* when the certificate that is not the survivor died */
");"
"CREATE INDEX rotation_thing ON rotation (thing, job, id);"
"CREATE INDEX rotation_new ON rotation (new);"
"CREATE INDEX rotation_old ON rotation (old);"
"CREATE INDEX rotation_open ON rotation (thing) WHERE survivor IS NULL;"
"CREATE INDEX rotation_due ON rotation (id) WHERE survivor IS NOT NULL AND retired IS NULL;"
/* A second copy of what decides, see second_look.h. */
"CREATE INDEX rotation_copy ON rotation (execution, thing, job, number, old, new, spki, requested,"
" used, committed, decided, retired, survivor, not_ours, failed);"
"CREATE TRIGGER rotation_write_once BEFORE UPDATE OF survivor ON rotation"
"  WHEN old.survivor IS NOT NULL AND new.survivor IS NOT old.survivor"
"  AND new.turned IS old.turned"
"  BEGIN SELECT RAISE(ABORT, 'survivor is written once'); END;"
"CREATE TRIGGER rotation_replace BEFORE INSERT ON rotation"
"  WHEN EXISTS (SELECT 1 FROM rotation WHERE id = new.id OR execution = new.execution)"
"  BEGIN SELECT RAISE(ABORT, 'a custody record is not replaced'); END;"
"CREATE TRIGGER rotation_keep BEFORE DELETE ON rotation WHEN old.retired IS NULL"
"  BEGIN SELECT RAISE(ABORT, 'a custody record is kept until its certificate is retired'); END;"

/*
 * What a device that is not ours may still go back to, although a later create settled its
 * rotation for the other one.
 */
"CREATE TABLE kept ("
"  certificate TEXT PRIMARY KEY REFERENCES certificate ON DELETE CASCADE,"
"  thing TEXT NOT NULL,"
"  since INTEGER NOT NULL,"
/* the certificate that ended this: retired once that one is usable */
"  successor TEXT"
") WITHOUT ROWID;"
"CREATE INDEX kept_thing ON kept (thing);"
"CREATE INDEX kept_ended ON kept (certificate) WHERE successor IS NOT NULL;"

/* What a device uses: the certificate of the last accepted CONNECT as exactly the thing's name. */
"CREATE TABLE session (thing TEXT PRIMARY KEY, certificate TEXT NOT NULL,"
" since INTEGER NOT NULL, live INTEGER NOT NULL) WITHOUT ROWID;"
"CREATE INDEX session_certificate ON session (certificate);"

"CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL,"
" payload TEXT NOT NULL);"

"CREATE TABLE alarm ("
"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
"  at INTEGER NOT NULL,"
"  kind TEXT NOT NULL,"
"  thing TEXT NOT NULL,"
"  certificate TEXT NOT NULL,"
"  text TEXT NOT NULL,"
"  count INTEGER NOT NULL DEFAULT 1"
");"
"CREATE UNIQUE INDEX alarm_once ON alarm (kind, thing, certificate, text);"
SCHEMA_NOTICE
SCHEMA_METRICS;
