PRAGMA application_id = 0x67726462;
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('version', 1), ('policy_epoch', 1);
CREATE TABLE thing (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE certificate ( id TEXT PRIMARY KEY, status TEXT NOT NULL CHECK (status IN ('ACTIVE',
  'INACTIVE', 'REVOKED')), pem TEXT NOT NULL, spki TEXT NOT NULL, not_after INTEGER NOT NULL,
  created INTEGER NOT NULL, retired INTEGER) WITHOUT ROWID;
CREATE INDEX certificate_retired ON certificate (retired) WHERE retired IS NOT NULL;
CREATE TABLE principal ( certificate TEXT PRIMARY KEY REFERENCES certificate, thing TEXT NOT NULL
  REFERENCES thing, attached INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX principal_thing ON principal (thing);
CREATE TABLE policy (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE certificate_policy ( certificate TEXT NOT NULL REFERENCES certificate, policy TEXT
  NOT NULL REFERENCES policy, PRIMARY KEY (certificate, policy)) WITHOUT ROWID;
CREATE INDEX certificate_policy_policy ON certificate_policy (policy);
CREATE TABLE thing_group (name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE member ( thing_group TEXT NOT NULL REFERENCES thing_group, thing TEXT NOT NULL
  REFERENCES thing, PRIMARY KEY (thing_group, thing)) WITHOUT ROWID;
CREATE INDEX member_thing ON member (thing);
CREATE TABLE seen_key (spki TEXT PRIMARY KEY, thing TEXT NOT NULL, seen INTEGER NOT NULL) WITHOUT
  ROWID;
CREATE TABLE revoked (certificate TEXT PRIMARY KEY, thing TEXT NOT NULL, serial TEXT NOT NULL,
  revoked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE departure (seq INTEGER PRIMARY KEY AUTOINCREMENT, certificate TEXT NOT NULL, at
  INTEGER NOT NULL DEFAULT (unixepoch() * 1000));
CREATE TRIGGER departure_status AFTER UPDATE OF status ON certificate WHEN old.status = 'ACTIVE'
  AND new.status <> 'ACTIVE' BEGIN INSERT INTO departure (certificate) VALUES (new.id); END;
CREATE TRIGGER departure_delete AFTER DELETE ON certificate WHEN old.status = 'ACTIVE' BEGIN
  INSERT INTO departure (certificate) VALUES (old.id); END;
CREATE TRIGGER departure_revoked AFTER INSERT ON revoked BEGIN INSERT INTO departure (certificate)
  VALUES (new.certificate); END;
CREATE TRIGGER departure_detached AFTER DELETE ON principal BEGIN INSERT INTO departure
  (certificate) VALUES (old.certificate); END;
CREATE TRIGGER epoch_policy_update AFTER UPDATE ON policy BEGIN UPDATE meta SET value = value + 1
  WHERE key = 'policy_epoch'; END;
CREATE TRIGGER epoch_policy_delete AFTER DELETE ON policy BEGIN UPDATE meta SET value = value + 1
  WHERE key = 'policy_epoch'; END;
CREATE TRIGGER epoch_detach AFTER DELETE ON certificate_policy BEGIN UPDATE meta SET value = value
  + 1 WHERE key = 'policy_epoch'; END;
CREATE TRIGGER epoch_attach AFTER INSERT ON certificate_policy WHEN EXISTS (SELECT 1 FROM session
  WHERE certificate = new.certificate) BEGIN UPDATE meta SET value = value + 1 WHERE key =
  'policy_epoch'; END;
CREATE TABLE job ( id TEXT PRIMARY KEY, document TEXT NOT NULL, description TEXT NOT NULL DEFAULT
  '', status TEXT NOT NULL CHECK (status IN ('IN_PROGRESS', 'CANCELED', 'COMPLETED')),
  timeout_minutes INTEGER, reason TEXT, comment TEXT, force_canceled INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, completed INTEGER) WITHOUT ROWID;
CREATE TABLE job_target (job TEXT NOT NULL REFERENCES job, target TEXT NOT NULL, PRIMARY KEY (job,
  target)) WITHOUT ROWID;
CREATE TABLE execution ( id INTEGER PRIMARY KEY AUTOINCREMENT, thing TEXT NOT NULL, job TEXT NOT
  NULL REFERENCES job, number INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN ('QUEUED',
  'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'REJECTED', 'REMOVED', 'CANCELED')), version
  INTEGER NOT NULL DEFAULT 1, details TEXT NOT NULL DEFAULT '{}', queued INTEGER NOT NULL, started
  INTEGER, updated INTEGER NOT NULL, deadline INTEGER, step_deadline INTEGER, UNIQUE (thing, job,
  number));
CREATE INDEX execution_pending ON execution (thing, status, queued, id) WHERE status IN ('QUEUED',
  'IN_PROGRESS');
CREATE INDEX execution_job ON execution (job, status);
CREATE INDEX execution_deadline ON execution (deadline) WHERE status = 'IN_PROGRESS' AND deadline
  IS NOT NULL;
CREATE INDEX execution_step ON execution (step_deadline) WHERE status = 'IN_PROGRESS' AND
  step_deadline IS NOT NULL;
CREATE TABLE rotation ( id INTEGER PRIMARY KEY AUTOINCREMENT, execution INTEGER NOT NULL UNIQUE,
  thing TEXT NOT NULL, job TEXT NOT NULL, number INTEGER NOT NULL, client TEXT NOT NULL, old TEXT
  NOT NULL, new TEXT NOT NULL, spki TEXT NOT NULL, csr TEXT NOT NULL, pem TEXT NOT NULL, requested
  INTEGER NOT NULL, used INTEGER, committed INTEGER, survivor TEXT CHECK (survivor IN ('OLD',
  'NEW')), decided INTEGER, retired INTEGER);
CREATE INDEX rotation_thing ON rotation (thing, job, id);
CREATE INDEX rotation_new ON rotation (new);
CREATE INDEX rotation_open ON rotation (thing) WHERE survivor IS NULL;
CREATE INDEX rotation_due ON rotation (id) WHERE survivor IS NOT NULL AND retired IS NULL;
CREATE TRIGGER rotation_write_once BEFORE UPDATE OF survivor ON rotation WHEN old.survivor IS NOT
  NULL AND new.survivor IS NOT old.survivor BEGIN SELECT RAISE(ABORT, 'survivor is written once');
  END;
CREATE TABLE session (thing TEXT PRIMARY KEY, certificate TEXT NOT NULL, since INTEGER NOT NULL,
  live INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX session_certificate ON session (certificate);
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload TEXT NOT
  NULL);
CREATE TABLE alarm ( id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT
  NULL, thing TEXT NOT NULL, certificate TEXT NOT NULL, text TEXT NOT NULL, count INTEGER NOT NULL
  DEFAULT 1);
CREATE UNIQUE INDEX alarm_once ON alarm (kind, thing, certificate, text);
