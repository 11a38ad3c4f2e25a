/* SPDX-License-Identifier: Apache-2.0 */
/* upgrade.c - makes a registry of an earlier version one of this version */
#include "registry/upgrade.h"
#include "base/file_copy.h"
#include "clock.h"
#include "complain.h"
#include "registry/registered_keys.h"
#include "registry/schema.h"
#include "registry/snapshot.h"
#include "str.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What a column that was not there before begins with, when that is not its default; while this
 * runs no trigger is there yet, and a table that was made anew can still be read as before_TABLE.
 */
static const struct step {
	const char *table, *column, *sql;
} steps[] = {
	{ "job", "config",
	  "UPDATE job SET config = (SELECT '{\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":'"
	  " || b.timeout_minutes || '}}' FROM before_job b WHERE b.id = job.id)"
	  " WHERE id IN (SELECT id FROM before_job WHERE timeout_minutes > 0)" },
	/* All things had their execution from the start. */
	{ "rollout", "job",
	  "INSERT INTO rollout (job, released, done)"
	  " SELECT j.id, count(e.id), 1 FROM job j LEFT JOIN execution e ON e.job = j.id"
	  " GROUP BY j.id" },
	{ "tally", "job",
	  "INSERT INTO tally SELECT job, status, count(*), count(*) FROM execution"
	  " GROUP BY job, status" },
	{ "expiry", "day",
	  "INSERT INTO expiry SELECT not_after / 86400000, count(*) FROM certificate"
	  " WHERE status = 'ACTIVE' GROUP BY 1" },
	{ "total", "name",
	  "DELETE FROM tally WHERE job = '';"
	  "INSERT INTO tally SELECT '', value,"
	  " (SELECT ifnull(sum(count), 0) FROM tally WHERE status = value),"
	  " (SELECT ifnull(sum(ever), 0) FROM tally WHERE status = value)"
	  " FROM json_each('[\"QUEUED\",\"IN_PROGRESS\",\"SUCCEEDED\",\"FAILED\",\"TIMED_OUT\","
	  "\"REJECTED\",\"REMOVED\",\"CANCELED\"]');"
	  "UPDATE total SET count = (SELECT count(*) FROM rotation WHERE survivor = label)"
	  " WHERE name = 'rotations';"
	  "UPDATE total SET count = (SELECT count(*) FROM session WHERE live)"
	  " WHERE name = 'connections';"
	  "INSERT INTO total SELECT 'alarms', kind, sum(count) FROM alarm GROUP BY kind" },
	/*
	 * Of rotations that were open then nobody knows whose device it is: what may be gone back
	 * to is kept.
	 */
	{ "rotation", "not_ours", "UPDATE rotation SET not_ours = 1 WHERE survivor IS NULL" },
	{ "certificate", "seen",
	  "UPDATE certificate SET seen = created WHERE id IN (SELECT certificate FROM session)"
	  " OR id IN (SELECT old FROM rotation)"
	  " OR id IN (SELECT new FROM rotation WHERE used IS NOT NULL)" },
};
enum { STEPS = sizeof steps / sizeof *steps };

static enum status find_steps(bool due[static STEPS], struct db *db)
{
	int64_t there;
	enum status st = GR_OK;

	for (int i = 0; st == GR_OK && i < STEPS; i++) {
		st = db_number(&there, db,
			       "SELECT count(*) FROM pragma_table_info(?1, 'main')"
			       " WHERE name = ?2",
			       "ss", steps[i].table, steps[i].column);
		due[i] = st == GR_OK && there == 0;
	}
	return st;
}

static enum status run_steps(struct db *db, const bool due[static STEPS])
{
	enum status st = GR_OK;

	for (int i = 0; st == GR_OK && i < STEPS; i++)
		if (due[i])
			st = db_script(db, steps[i].sql);
	return st;
}

/* Attaches an empty registry of this version, in memory, as "model". */
static enum status attach_model(struct db *db)
{
	sqlite3_backup *copy = NULL;
	sqlite3 *model = NULL;
	enum status st = db_script(db, "ATTACH ':memory:' AS model");
	bool ok = st == GR_OK && sqlite3_open(":memory:", &model) == SQLITE_OK;

	if (ok)
		ok = sqlite3_exec(model, schema_sql, NULL, NULL, NULL) == SQLITE_OK;
	if (ok)
		copy = sqlite3_backup_init(db_handle(db), "model", model, "main");
	if (copy)
		ok = sqlite3_backup_step(copy, -1) == SQLITE_DONE;
	if (!copy || sqlite3_backup_finish(copy) != SQLITE_OK)
		ok = false;
	if (st == GR_OK && !ok)
		complain("%s: cannot be upgraded: %s", db_path(db),
			 model ? sqlite3_errmsg(model) : "out of memory");
	sqlite3_close(model);
	return ok ? GR_OK : GR_FAIL;
}

/* Runs the statements that a query gives, as one text. */
static enum status run_generated(struct db *db, const char *query)
{
	sqlite3_stmt *row;
	char *script;
	enum status st = db_query(&row, db, query, "");

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	script = strdup(db_text(row, 0));
	db_done(row);
	if (!script)
		complain("out of memory");
	st = script ? db_script(db, script) : GR_FAIL;
	free(script);
	return st;
}

/*
 * Each query makes the statements of one part, in this order. Names that begin with sqlite_ are
 * SQLite's own. An index goes with its table.
 */
static const char *const make_room[] = {
	"SELECT group_concat(printf('DROP %s \"%w\"', s.type, s.name), ';')"
	" FROM main.sqlite_schema s LEFT JOIN model.sqlite_schema m"
	" ON m.type = s.type AND m.name = s.name AND m.sql = s.sql"
	" WHERE s.type = 'trigger' OR (s.type = 'index' AND s.sql IS NOT NULL AND m.name IS NULL)",

	"SELECT group_concat(printf('ALTER TABLE \"%w\" RENAME TO \"before_%w\"', s.name, s.name),"
	" ';') FROM main.sqlite_schema s JOIN model.sqlite_schema m"
	" ON m.type = s.type AND m.name = s.name AND m.sql <> s.sql"
	" WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
};
static const char *const fill[] = {
	/* The tables, and the rows that a new registry has in those that are new ... */
	"SELECT group_concat(m.sql || ';' || iif(b.name IS NULL,"
	" printf('INSERT INTO main.\"%w\" SELECT * FROM model.\"%w\"', m.name, m.name), ''), ';')"
	" FROM model.sqlite_schema m"
	" LEFT JOIN main.sqlite_schema s ON s.type = 'table' AND s.name = m.name"
	" LEFT JOIN main.sqlite_schema b ON b.type = 'table' AND b.name = 'before_' || m.name"
	" WHERE m.type = 'table' AND s.name IS NULL",

	/* ... and what the others had, */
	"SELECT group_concat(printf('INSERT INTO main.\"%w\" (%s) SELECT %s FROM \"before_%w\"',"
	" m.name, c.names, c.names, m.name), ';')"
	" FROM model.sqlite_schema m"
	" JOIN main.sqlite_schema b ON b.type = 'table' AND b.name = 'before_' || m.name"
	" JOIN (SELECT t.name AS name, group_concat(printf('\"%w\"', n.name)) AS names"
	"  FROM model.sqlite_schema t JOIN pragma_table_info(t.name, 'model') n"
	"  JOIN pragma_table_info('before_' || t.name, 'main') o ON o.name = n.name"
	"  WHERE t.type = 'table' GROUP BY t.name) c ON c.name = m.name"
	" WHERE m.type = 'table'",

	/* with the numbers that were given already. */
	"SELECT 'DELETE FROM main.sqlite_sequence WHERE ''before_'' || name IN"
	" (SELECT name FROM main.sqlite_sequence);"
	" UPDATE main.sqlite_sequence SET name = substr(name, 8)"
	" WHERE name LIKE ''before\\_%'' ESCAPE ''\\'''",
};
static const char *const finish[] = {
	"SELECT group_concat(printf('DROP TABLE \"%w\"', b.name), ';')"
	" FROM main.sqlite_schema b JOIN model.sqlite_schema m ON b.name = 'before_' || m.name"
	" WHERE b.type = 'table' AND m.type = 'table'",

	"SELECT group_concat(m.sql, ';') FROM model.sqlite_schema m"
	" LEFT JOIN main.sqlite_schema s ON s.type = m.type AND s.name = m.name"
	" WHERE m.type IN ('index', 'trigger') AND m.sql IS NOT NULL AND s.name IS NULL",
};

static enum status run_part(struct db *db, const char *const *queries, size_t count)
{
	enum status st = GR_OK;

	for (size_t i = 0; st == GR_OK && i < count; i++)
		st = run_generated(db, queries[i]);
	return st;
}

/* Makes the tables those of the model, and keeps what they hold. */
static enum status follow_model(struct db *db)
{
	bool due[STEPS];
	enum status st = find_steps(due, db);

	if (st == GR_OK)
		st = run_part(db, make_room, sizeof make_room / sizeof *make_room);
	if (st == GR_OK)
		st = run_part(db, fill, sizeof fill / sizeof *fill);
	if (st == GR_OK)
		st = run_steps(db, due);
	if (st == GR_OK)
		st = run_part(db, finish, sizeof finish / sizeof *finish);
	return st;
}

/*
 * Until version 2 a key was known by its encoding, and exponent and modulus of RSA keys were not
 * looked at.
 */
static enum status convert_keys(struct db *db)
{
	enum status st = db_script(db, "UPDATE certificate SET key_type = ''"
				       " WHERE key_type LIKE 'RSA%'");

	return st == GR_OK ? registered_keys_convert(db, clock_real_ms()) : st;
}

/* A copy that was begun and not ended has the name of a temporary file. */
static enum status save_copy(struct db *from, const char *path)
{
	char temp[PATH_MAX];
	struct progress progress;
	enum status st;

	if (!str_format(temp, sizeof temp, "%s.new", path)) {
		complain("%s: the path is too long", path);
		return GR_FAIL;
	}
	unlink(temp);
	progress_start(&progress, "pages", 0);
	st = snapshot_save(from, temp, &progress);
	progress_end(&progress);
	if (st == GR_OK && rename(temp, path) != 0) {
		complain("%s: %s", path, strerror(errno));
		st = GR_FAIL;
	}
	if (st != GR_OK)
		unlink(temp);
	return st == GR_OK ? file_sync_parent(path) : st;
}

/*
 * The caller holds the right to write, so that this copy is what it will change. SQLite copies
 * nothing from a connection that writes, hence one of our own.
 */
static enum status save(struct db *db, int64_t version)
{
	struct db *reader = NULL;
	char path[PATH_MAX];
	enum status st = GR_FAIL;

	if (str_format(path, sizeof path, "%s.version-%lld", db_path(db), (long long)version))
		st = db_open(&reader, db_path(db), DB_OPEN);
	if (st == GR_OK)
		st = db_snapshot(reader);
	if (st == GR_OK)
		st = save_copy(reader, path);
	db_close(reader);
	if (st != GR_OK)
		complain("%s: not upgraded, because no copy could be made first", db_path(db));
	return st;
}

static enum status upgrade(struct db *db, int64_t version, bool is_copy)
{
	enum status st = GR_OK;

	if (!is_copy)
		st = save(db, version);
	if (st == GR_OK)
		st = follow_model(db);
	if (st == GR_OK && version < 3)
		st = convert_keys(db);
	if (st != GR_OK)
		return st;
	return db_run(db, "UPDATE meta SET value = ?1 WHERE key = 'version'", "d",
		      (int)SCHEMA_VERSION);
}

static enum status upgrade_in_turn(struct db *db, bool is_copy)
{
	int64_t version = 0;
	enum status st = db_begin(db);

	if (st == GR_OK)
		st = db_number(&version, db, "SELECT value FROM meta WHERE key = 'version'", "");
	if (st == GR_OK && version < 1) {
		complain("%s: has version %lld, which no gr ever made: put back a backup",
			 db_path(db), (long long)version);
		st = GR_BAD;
	}
	if (st == GR_OK && version < SCHEMA_VERSION)
		st = upgrade(db, version, is_copy);
	if (st == GR_OK)
		return db_commit(db);
	db_rollback(db);
	return st;
}

/* A table that is renamed keeps its name in the references of other tables. */
enum status upgrade_run(struct db *db, bool is_copy)
{
	enum status st = db_script(db, "PRAGMA foreign_keys = OFF;"
				       "PRAGMA legacy_alter_table = ON");

	if (st == GR_OK)
		st = attach_model(db);
	if (st == GR_OK)
		st = upgrade_in_turn(db, is_copy);
	if (st == GR_OK)
		st = db_script(db, "DETACH model; PRAGMA legacy_alter_table = OFF");
	return st;
}
