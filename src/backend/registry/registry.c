/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c - the registry's file: ours, somebody else's, of another version, or a new one */
#include "registry/registry.h"
#include "complain.h"
#include "registry/schema.h"
#include "registry/upgrade.h"
#include "str.h"

enum { APPLICATION_ID = 0x67726462 };	/* "grdb" in the file's header */

static enum status create_schema(struct db *db)
{
	enum status st;
	char id[64];

	str_format(id, sizeof id, "PRAGMA application_id = %d", APPLICATION_ID);
	st = db_begin(db);
	if (st == GR_OK)
		st = db_script(db, id);
	if (st == GR_OK)
		st = db_script(db, schema_sql);
	if (st == GR_OK)
		return db_commit(db);
	db_rollback(db);
	return st;
}

static enum status read_version(int64_t *version, struct db *db)
{
	return db_number(version, db, "SELECT value FROM meta WHERE key = 'version'", "");
}

/*
 * GR_OK: our registry, made with the schema where the file was empty and mode allows it. GR_BAD:
 * not ours, or of a newer version.
 */
static enum status examine(struct db *db, enum db_mode mode, bool is_copy)
{
	int64_t application = 0, version = 0, tables = 0;
	enum status st;

	st = db_number(&application, db, "PRAGMA application_id", "");
	if (st == GR_OK)
		st = db_number(&tables, db, "SELECT count(*) FROM sqlite_schema", "");
	if (st != GR_OK)
		return st;
	if (tables == 0 && mode == DB_CREATE)
		return create_schema(db);
	if (application != APPLICATION_ID) {
		complain("%s: not a gr registry; gr-registry init makes one", db_path(db));
		return GR_BAD;
	}
	st = read_version(&version, db);
	if (st != GR_OK)
		return st;
	if (version > SCHEMA_VERSION) {
		complain("%s: registry version %lld is newer than this program's %d; nothing was "
			 "touched; use the programs of the gr that upgraded it",
			 db_path(db), (long long)version, SCHEMA_VERSION);
		return GR_BAD;
	}
	return version < SCHEMA_VERSION ? upgrade_run(db, is_copy) : GR_OK;
}

/*
 * The file is looked at before anything is set: the first pragma rewrites the head of a file that
 * is somebody else's.
 */
static enum status open_examined(struct db *db, enum db_mode mode, bool is_copy)
{
	enum status st = examine(db, mode, is_copy);

	if (st == GR_OK)
		return db_configure(db);
	return db_is_no_database(db) ? GR_BAD : st;
}

static enum status open_file(struct db **db, const char *path, enum db_mode mode, bool is_copy)
{
	struct db *opened = NULL;
	enum status st = db_open(&opened, path, mode);

	if (st == GR_OK)
		st = open_examined(opened, mode, is_copy);
	if (st != GR_OK) {
		db_close(opened);
		return st;
	}
	db_expect(opened, SCHEMA_VERSION);
	*db = opened;
	return GR_OK;
}

enum status registry_open(struct db **db, const char *path, enum db_mode mode)
{
	return open_file(db, path, mode, false);
}

enum status registry_open_copy(struct db **db, const char *path)
{
	return open_file(db, path, DB_OPEN, true);
}
