PRAGMA application_id = 0x67726462;
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE thing (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE certificate (  id TEXT PRIMARY KEY,  status TEXT NOT NULL CHECK (status IN ('ACTIVE',
'INACTIVE', 'REVOKED')),  pem TEXT NOT NULL,  spki TEXT NOT NULL,  not_after INTEGER NOT NULL,
authority TEXT NOT NULL DEFAULT '',  private INTEGER NOT NULL DEFAULT 0,  created INTEGER NOT
NULL,  retired INTEGER,  seen INTEGER,  key_type TEXT NOT NULL DEFAULT '',  digest TEXT NOT NULL
DEFAULT '');
CREATE TABLE principal (  certificate TEXT PRIMARY KEY REFERENCES certificate,  thing TEXT NOT
NULL REFERENCES thing,  attached INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE policy (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE certificate_policy (  certificate TEXT NOT NULL REFERENCES certificate,  policy TEXT
NOT NULL REFERENCES policy,  PRIMARY KEY (certificate, policy)) WITHOUT ROWID;
CREATE TABLE thing_group (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE member (  thing_group TEXT NOT NULL REFERENCES thing_group,  thing TEXT NOT NULL
REFERENCES thing,  PRIMARY KEY (thing_group, thing)) WITHOUT ROWID;
CREATE TABLE seen_key (spki TEXT PRIMARY KEY, thing TEXT NOT NULL, seen INTEGER NOT NULL) WITHOUT
ROWID;
CREATE TABLE revoked (  certificate TEXT PRIMARY KEY,  thing TEXT NOT NULL,  serial TEXT NOT NULL,
 authority TEXT NOT NULL DEFAULT '',  reason TEXT NOT NULL DEFAULT 'unspecified',  not_after
INTEGER NOT NULL DEFAULT 0,  revoked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE crl (authority TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE departure (seq INTEGER PRIMARY KEY AUTOINCREMENT, certificate TEXT NOT NULL, at
INTEGER NOT NULL DEFAULT (unixepoch() * 1000));
CREATE TABLE expiry (day INTEGER PRIMARY KEY, certificates INTEGER NOT NULL);
CREATE TABLE job (  id TEXT PRIMARY KEY,  document TEXT NOT NULL,  description TEXT NOT NULL
DEFAULT '',  config TEXT NOT NULL DEFAULT '{}',  template TEXT,  continuous INTEGER NOT NULL
DEFAULT 0,  status TEXT NOT NULL CHECK (status IN ('SCHEDULED', 'IN_PROGRESS', 'CANCELED',
'COMPLETED', 'DELETION_IN_PROGRESS')),  reason TEXT,  comment TEXT,  force_canceled INTEGER NOT
NULL DEFAULT 0,  created INTEGER NOT NULL,  updated INTEGER NOT NULL,  completed INTEGER) WITHOUT
ROWID;
CREATE TABLE job_target (job TEXT NOT NULL REFERENCES job, target TEXT NOT NULL, PRIMARY KEY (job,
target)) WITHOUT ROWID;
CREATE TABLE job_template (id TEXT PRIMARY KEY, document TEXT NOT NULL, description TEXT NOT NULL,
config TEXT NOT NULL,  created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE rollout (  job TEXT PRIMARY KEY,  wake INTEGER,  next INTEGER NOT NULL DEFAULT 0,
waiting INTEGER NOT NULL DEFAULT 0,  released INTEGER NOT NULL DEFAULT 0,  done INTEGER NOT NULL
DEFAULT 0,  joins INTEGER NOT NULL DEFAULT 0,  recall INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE awaiting (job TEXT NOT NULL, thing TEXT NOT NULL, PRIMARY KEY (job, thing)) WITHOUT
ROWID;
CREATE TABLE continuous_target (target TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (target,
job)) WITHOUT ROWID;
CREATE TABLE covered (job TEXT NOT NULL, thing TEXT NOT NULL, PRIMARY KEY (job, thing)) WITHOUT
ROWID;
CREATE TABLE membership_change (thing TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE execution (  id INTEGER PRIMARY KEY AUTOINCREMENT,  thing TEXT NOT NULL,  job TEXT
NOT NULL REFERENCES job,  number INTEGER NOT NULL,  attempt INTEGER NOT NULL DEFAULT 0,  status
TEXT NOT NULL CHECK (status IN    ('QUEUED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'TIMED_OUT',
'REJECTED', 'REMOVED', 'CANCELED')),  version INTEGER NOT NULL DEFAULT 1,  details TEXT NOT NULL
DEFAULT '{}',  force_canceled INTEGER NOT NULL DEFAULT 0,  queued INTEGER NOT NULL,  started
INTEGER,  updated INTEGER NOT NULL,  deadline INTEGER,  step_deadline INTEGER,  UNIQUE (thing,
job, number));
CREATE TABLE tally (job TEXT NOT NULL, status TEXT NOT NULL, count INTEGER NOT NULL, ever INTEGER
NOT NULL, PRIMARY KEY (job, status)) WITHOUT ROWID;
CREATE TABLE own_job (thing TEXT PRIMARY KEY, job TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT
ROWID;
CREATE TABLE rotation (  id INTEGER PRIMARY KEY AUTOINCREMENT,  execution INTEGER NOT NULL UNIQUE,
 thing TEXT NOT NULL,  job TEXT NOT NULL,  number INTEGER NOT NULL,  client TEXT NOT NULL,  old
TEXT NOT NULL,  new TEXT NOT NULL,  spki TEXT NOT NULL,  csr TEXT NOT NULL,  pem TEXT NOT NULL,
requested INTEGER NOT NULL,  used INTEGER,  committed INTEGER,  not_ours INTEGER NOT NULL DEFAULT
0,  failed INTEGER,  survivor TEXT CHECK (survivor IN ('OLD', 'NEW')),  decided INTEGER,  turned
INTEGER,  retired INTEGER);
CREATE TABLE kept (  certificate TEXT PRIMARY KEY REFERENCES certificate ON DELETE CASCADE,  thing
TEXT NOT NULL,  since INTEGER NOT NULL,  successor TEXT) WITHOUT ROWID;
CREATE TABLE session (thing TEXT PRIMARY KEY, certificate TEXT NOT NULL, since INTEGER NOT NULL,
live INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload TEXT NOT
NULL);
CREATE TABLE alarm (  id INTEGER PRIMARY KEY AUTOINCREMENT,  at INTEGER NOT NULL,  kind TEXT NOT
NULL,  thing TEXT NOT NULL,  certificate TEXT NOT NULL,  text TEXT NOT NULL,  count INTEGER NOT
NULL DEFAULT 1);
CREATE TABLE channel (  name TEXT PRIMARY KEY,  done INTEGER NOT NULL,  attempts INTEGER NOT NULL,
 due INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE notice (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT NOT
NULL, event TEXT, job TEXT, thing TEXT,  number INTEGER, status TEXT, details TEXT, reason TEXT,
comment TEXT, kind TEXT, certificate TEXT, text TEXT);
CREATE TABLE total (name TEXT NOT NULL, label TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY
(name, label)) WITHOUT ROWID;
CREATE TABLE latency (stage TEXT NOT NULL, le INTEGER NOT NULL, count INTEGER NOT NULL, sum
INTEGER NOT NULL, PRIMARY KEY (stage, le)) WITHOUT ROWID;
CREATE INDEX certificate_authority ON certificate (authority, status);
CREATE INDEX certificate_audit ON certificate (id, spki, status, not_after, created, key_type,
digest);
CREATE INDEX certificate_unexamined ON certificate (id) WHERE key_type = '';
CREATE INDEX certificate_retired ON certificate (retired) WHERE retired IS NOT NULL;
CREATE INDEX principal_thing ON principal (thing);
CREATE INDEX policy_copy ON policy (document);
CREATE INDEX certificate_policy_policy ON certificate_policy (policy);
CREATE INDEX member_thing ON member (thing);
CREATE INDEX revoked_authority ON revoked (authority, not_after);
CREATE INDEX job_deletion ON job (id) WHERE status = 'DELETION_IN_PROGRESS';
CREATE INDEX rollout_wake ON rollout (wake) WHERE wake IS NOT NULL;
CREATE INDEX execution_pending ON execution (thing, status, queued, id) WHERE status IN ('QUEUED',
'IN_PROGRESS');
CREATE INDEX execution_job ON execution (job);
CREATE INDEX execution_open ON execution (job, status) WHERE status IN ('QUEUED', 'IN_PROGRESS');
CREATE INDEX execution_failed ON execution (job, updated) WHERE status IN ('FAILED', 'TIMED_OUT',
'REJECTED');
CREATE INDEX execution_retry ON execution (job) WHERE attempt > 0;
CREATE INDEX execution_deadline ON execution (deadline) WHERE status = 'IN_PROGRESS' AND deadline
IS NOT NULL;
CREATE INDEX execution_step ON execution (step_deadline) WHERE status = 'IN_PROGRESS' AND
step_deadline IS NOT NULL;
CREATE INDEX rotation_thing ON rotation (thing, job, id);
CREATE INDEX rotation_new ON rotation (new);
CREATE INDEX rotation_old ON rotation (old);
CREATE INDEX rotation_open ON rotation (thing) WHERE survivor IS NULL;
CREATE INDEX rotation_due ON rotation (id) WHERE survivor IS NOT NULL AND retired IS NULL;
CREATE INDEX rotation_copy ON rotation (execution, thing, job, number, old, new, spki, requested,
used, committed, decided, retired, survivor, not_ours, failed);
CREATE INDEX kept_thing ON kept (thing);
CREATE INDEX kept_ended ON kept (certificate) WHERE successor IS NOT NULL;
CREATE INDEX session_certificate ON session (certificate);
CREATE UNIQUE INDEX alarm_once ON alarm (kind, thing, certificate, text);
CREATE TRIGGER departure_status AFTER UPDATE OF status ON certificate WHEN old.status = 'ACTIVE'
AND new.status <> 'ACTIVE'  BEGIN INSERT INTO departure (certificate) VALUES (new.id); END;
CREATE TRIGGER departure_delete AFTER DELETE ON certificate WHEN old.status = 'ACTIVE'  BEGIN
INSERT INTO departure (certificate) VALUES (old.id); END;
CREATE TRIGGER departure_revoked AFTER INSERT ON revoked  BEGIN INSERT INTO departure
(certificate) VALUES (new.certificate); END;
CREATE TRIGGER departure_detached AFTER DELETE ON principal  BEGIN INSERT INTO departure
(certificate) VALUES (old.certificate); END;
CREATE TRIGGER expiry_insert AFTER INSERT ON certificate WHEN new.status = 'ACTIVE'  BEGIN INSERT
INTO expiry VALUES (new.not_after / 86400000, 1) ON CONFLICT (day) DO UPDATE SET certificates =
certificates + 1; END;
CREATE TRIGGER expiry_lose AFTER UPDATE OF status, not_after ON certificate WHEN old.status =
'ACTIVE'  BEGIN UPDATE expiry SET certificates = certificates - 1 WHERE day = old.not_after /
86400000; END;
CREATE TRIGGER expiry_gain AFTER UPDATE OF status, not_after ON certificate WHEN new.status =
'ACTIVE'  BEGIN INSERT INTO expiry VALUES (new.not_after / 86400000, 1) ON CONFLICT (day) DO
UPDATE SET certificates = certificates + 1; END;
CREATE TRIGGER expiry_delete AFTER DELETE ON certificate WHEN old.status = 'ACTIVE'  BEGIN UPDATE
expiry SET certificates = certificates - 1 WHERE day = old.not_after / 86400000; END;
CREATE TRIGGER epoch_policy_update AFTER UPDATE ON policy BEGIN UPDATE meta SET value = value + 1
WHERE key = 'policy_epoch'; END;
CREATE TRIGGER epoch_policy_delete AFTER DELETE ON policy BEGIN UPDATE meta SET value = value + 1
WHERE key = 'policy_epoch'; END;
CREATE TRIGGER epoch_detach AFTER DELETE ON certificate_policy  WHEN EXISTS (SELECT 1 FROM
certificate WHERE id = old.certificate AND status = 'ACTIVE') BEGIN UPDATE meta SET value = value
+ 1 WHERE key = 'policy_epoch'; END;
CREATE TRIGGER member_joined AFTER INSERT ON member WHEN EXISTS (SELECT 1 FROM continuous_target
WHERE target = 'thinggroup/' || new.thing_group)  BEGIN INSERT OR IGNORE INTO membership_change
VALUES (new.thing); END;
CREATE TRIGGER member_left AFTER DELETE ON member WHEN EXISTS (SELECT 1 FROM continuous_target
WHERE target = 'thinggroup/' || old.thing_group)  BEGIN INSERT OR IGNORE INTO membership_change
VALUES (old.thing); END;
CREATE TRIGGER thing_came AFTER INSERT ON thing WHEN EXISTS (SELECT 1 FROM continuous_target WHERE
target = 'thing/' || new.name)  BEGIN INSERT OR IGNORE INTO membership_change VALUES (new.name);
END;
CREATE TRIGGER thing_went AFTER DELETE ON thing WHEN EXISTS (SELECT 1 FROM continuous_target WHERE
target = 'thing/' || old.name)  BEGIN INSERT OR IGNORE INTO membership_change VALUES (old.name);
END;
CREATE TRIGGER tally_insert AFTER INSERT ON execution BEGIN  INSERT INTO tally VALUES (new.job,
new.status, 1, 1), ('', new.status, 1, 1) ON CONFLICT DO UPDATE SET count = count + 1, ever = ever
+ 1; END;
CREATE TRIGGER tally_update AFTER UPDATE OF status ON execution WHEN new.status <> old.status
BEGIN  UPDATE tally SET count = count - 1 WHERE job IN (old.job, '') AND status = old.status;
INSERT INTO tally VALUES (new.job, new.status, 1, 1), ('', new.status, 1, 1) ON CONFLICT DO UPDATE
SET count = count + 1, ever = ever + 1; END;
CREATE TRIGGER tally_delete AFTER DELETE ON execution BEGIN  UPDATE tally SET count = count - 1
WHERE job IN (old.job, '') AND status = old.status; END;
CREATE TRIGGER rotation_write_once BEFORE UPDATE OF survivor ON rotation  WHEN old.survivor IS NOT
NULL AND new.survivor IS NOT old.survivor  AND new.turned IS old.turned  BEGIN SELECT RAISE(ABORT,
'survivor is written once'); END;
CREATE TRIGGER rotation_replace BEFORE INSERT ON rotation  WHEN EXISTS (SELECT 1 FROM rotation
WHERE id = new.id OR execution = new.execution)  BEGIN SELECT RAISE(ABORT, 'a custody record is
not replaced'); END;
CREATE TRIGGER rotation_keep BEFORE DELETE ON rotation WHEN old.retired IS NULL  BEGIN SELECT
RAISE(ABORT, 'a custody record is kept until its certificate is retired'); END;
CREATE TRIGGER notice_execution AFTER UPDATE OF status ON execution  WHEN new.status IN ('FAILED',
'TIMED_OUT', 'REJECTED') AND new.status <> old.status AND EXISTS (SELECT 1 FROM channel)  BEGIN
INSERT INTO notice (at, body, event, job, thing, number, status, details)    VALUES (new.updated,
'', 'JOB_EXECUTION', new.job, new.thing, new.number, new.status, new.details); END;
CREATE TRIGGER notice_job AFTER UPDATE OF status ON job  WHEN new.status IN ('COMPLETED',
'CANCELED') AND new.status <> old.status AND EXISTS (SELECT 1 FROM channel)  BEGIN INSERT INTO
notice (at, body, event, job, status, reason, comment)    VALUES (new.updated, '', 'JOB', new.id,
new.status, new.reason, new.comment); END;
CREATE TRIGGER notice_alarm AFTER INSERT ON alarm WHEN EXISTS (SELECT 1 FROM channel)  BEGIN
INSERT INTO notice (at, body, event, kind, thing, certificate, text)    VALUES (new.at, '',
'ALARM', new.kind, nullif(new.thing, ''), nullif(new.certificate, ''), new.text); END;
CREATE TRIGGER total_rotation AFTER UPDATE OF survivor ON rotation WHEN old.survivor IS NULL AND
new.survivor IS NOT NULL  BEGIN UPDATE total SET count = count + 1 WHERE name = 'rotations' AND
label = new.survivor; END;
CREATE TRIGGER total_connect AFTER INSERT ON session WHEN new.live  BEGIN UPDATE total SET count =
count + 1 WHERE name = 'connections'; END;
CREATE TRIGGER total_reconnect AFTER UPDATE OF live ON session WHEN new.live <> old.live  BEGIN
UPDATE total SET count = count + new.live - old.live WHERE name = 'connections'; END;
CREATE TRIGGER total_disconnect AFTER DELETE ON session WHEN old.live  BEGIN UPDATE total SET
count = count - 1 WHERE name = 'connections'; END;
CREATE TRIGGER total_alarm AFTER INSERT ON alarm  BEGIN INSERT INTO total VALUES ('alarms',
new.kind, new.count) ON CONFLICT DO UPDATE SET count = count + new.count; END;
CREATE TRIGGER total_alarm_again AFTER UPDATE OF count ON alarm  BEGIN UPDATE total SET count =
count + new.count - old.count WHERE name = 'alarms' AND label = new.kind; END;
CREATE TRIGGER latency_start AFTER UPDATE OF started ON execution WHEN old.started IS NULL AND
new.started IS NOT NULL  BEGIN UPDATE latency SET count = count + 1, sum = sum + max(0,
new.started - new.queued)    WHERE stage = 'start' AND le = (SELECT min(le) FROM latency WHERE
stage = 'start' AND le >= max(0, new.started - new.queued)); END;
CREATE TRIGGER latency_certificate AFTER INSERT ON rotation  BEGIN UPDATE latency SET count =
count + 1, sum = sum + max(0, new.requested - (SELECT started FROM execution WHERE id =
new.execution))    WHERE stage = 'certificate' AND le = (SELECT min(le) FROM latency WHERE stage =
'certificate' AND le >= max(0, new.requested - (SELECT started FROM execution WHERE id =
new.execution))); END;
CREATE TRIGGER latency_switch AFTER UPDATE OF used ON rotation WHEN old.used IS NULL AND new.used
IS NOT NULL  BEGIN UPDATE latency SET count = count + 1, sum = sum + max(0, new.used -
new.requested)    WHERE stage = 'switch' AND le = (SELECT min(le) FROM latency WHERE stage =
'switch' AND le >= max(0, new.used - new.requested)); END;
CREATE TRIGGER latency_commit AFTER UPDATE OF committed ON rotation WHEN old.committed IS NULL AND
new.committed IS NOT NULL  BEGIN UPDATE latency SET count = count + 1, sum = sum + max(0,
new.committed - coalesce(new.used, new.requested))    WHERE stage = 'commit' AND le = (SELECT
min(le) FROM latency WHERE stage = 'commit' AND le >= max(0, new.committed - coalesce(new.used,
new.requested))); END;
CREATE TRIGGER latency_report AFTER UPDATE OF decided ON rotation WHEN old.decided IS NULL AND
new.decided IS NOT NULL  BEGIN UPDATE latency SET count = count + 1, sum = sum + max(0,
new.decided - new.committed)    WHERE stage = 'report' AND le = (SELECT min(le) FROM latency WHERE
stage = 'report' AND le >= max(0, new.decided - new.committed)); END;
CREATE TRIGGER latency_retire AFTER UPDATE OF retired ON rotation WHEN old.retired IS NULL AND
new.retired IS NOT NULL  BEGIN UPDATE latency SET count = count + 1, sum = sum + max(0,
new.retired - new.decided)    WHERE stage = 'retire' AND le = (SELECT min(le) FROM latency WHERE
stage = 'retire' AND le >= max(0, new.retired - new.decided)); END;
INSERT INTO meta VALUES ('version', 4);
INSERT INTO meta VALUES ('policy_epoch', 1);
