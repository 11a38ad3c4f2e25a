/* SPDX-License-Identifier: Apache-2.0 */
/* db_file.c - the file under a connection */
#define _XOPEN_SOURCE 700	/* realpath */
#include "registry/db_file.h"
#include "clock.h"
#include "complain.h"
#include "registry/keys.h"
#include "registry/schema.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x67726462 };	/* "grdb" in the file's header */

static enum status exec(struct db *db, const char *sql)
{
	if (sqlite3_exec(db_handle(db), sql, NULL, NULL, NULL) == SQLITE_OK)
		return GR_OK;
	complain("%s: %s", db_path(db), sqlite3_errmsg(db_handle(db)));
	return GR_FAIL;
}

static enum status create_schema(struct db *db)
{
	enum status st;
	char id[64];

	str_format(id, sizeof id, "PRAGMA application_id = %d", APPLICATION_ID);
	if ((st = db_begin(db)) != GR_OK)
		return st;
	if ((st = exec(db, id)) == GR_OK && (st = exec(db, schema_sql)) == GR_OK)
		return db_commit(db);
	db_rollback(db);
	return st;
}

static enum status read_version(int64_t *version, struct db *db)
{
	return db_number(version, db, "SELECT value FROM meta WHERE key = 'version'", "");
}

/* All or nothing. Another program may have done it while we waited for our turn. */
static enum status upgrade(struct db *db)
{
	int64_t version = 0;
	enum status st = db_begin(db);

	if (st != GR_OK)
		return st;
	if ((st = read_version(&version, db)) == GR_OK && version == 1)
		st = exec(db, schema_from_1);
	if (st == GR_OK && version < 3 && (st = exec(db, schema_from_2)) == GR_OK)
		st = keys_convert(db, clock_real_ms());
	if (st == GR_OK)
		return db_commit(db);
	db_rollback(db);
	return st;
}

enum status db_file_examine(struct db *db, enum db_mode mode)
{
	int64_t application = 0, version = 0, tables = 0;
	enum status st;

	if ((st = db_number(&application, db, "PRAGMA application_id", "")) != GR_OK ||
	    (st = db_number(&tables, db, "SELECT count(*) FROM sqlite_schema", "")) != GR_OK)
		return st;
	if (tables == 0 && mode == DB_CREATE)
		return create_schema(db);
	if (application != APPLICATION_ID) {
		complain("%s: not a gr registry; gr-registry init makes one", db_path(db));
		return GR_BAD;
	}
	if ((st = read_version(&version, db)) != GR_OK)
		return st;
	if (version > SCHEMA_VERSION) {
		complain("%s: registry version %lld is newer than this program's %d; nothing was "
			 "touched",
			 db_path(db), (long long)version, SCHEMA_VERSION);
		return GR_BAD;
	}
	return version < SCHEMA_VERSION ? upgrade(db) : GR_OK;
}

/*
 * Its mode is that of its folder: where the group may write, so that the broker can read, the file
 * is for the group too.
 */
static bool create_file(const char *place, const char *folder)
{
	struct stat info;
	int fd = open(place, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok;

	if (fd < 0)
		return errno == EEXIST || errno == EISDIR;
	ok = stat(folder, &info) == 0 &&
	    (geteuid() != 0 || fchown(fd, info.st_uid, (gid_t)-1) == 0) &&
	    ((info.st_mode & 020) == 0 || fchmod(fd, 0660) == 0);
	close(fd);
	return ok;
}

/*
 * Links may lead to the folder, which the operator chose; a link in its place, which the broker
 * could have made, is none of ours.
 */
enum status db_file_place(char place[static PATH_MAX], const char *path, enum db_mode mode)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX], real[PATH_MAX];

	if (!str_format(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
			slash ? path : ".") ||
	    !realpath(folder[0] ? folder : "/", real)) {
		complain("%s: %s%s", path, strerror(errno),
			 errno == ENOENT && mode == DB_OPEN ? "; gr-registry init makes a registry"
							    : "");
		return errno == ENOENT || errno == ENOTDIR ? GR_BAD : GR_FAIL;
	}
	if (!str_format(place, PATH_MAX, "%s/%s", real, slash ? slash + 1 : path)) {
		complain("%s: the path is too long", path);
		return GR_BAD;
	}
	if (mode == DB_OPEN || create_file(place, real))
		return GR_OK;
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

static bool is_link(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
}

/* SQLite's own word for all of these is "unable to open database file". */
enum status db_file_refused(sqlite3 *sqlite, int rc, const char *path, enum db_mode mode)
{
	int why = sqlite && rc == SQLITE_CANTOPEN ? sqlite3_system_errno(sqlite) : 0;

	if (is_link(path)) {
		complain(
		    "%s: is a link, and links are not followed here; put the file itself there",
		    path);
		return GR_BAD;
	}
	if ((why == ENOENT || why == ENOTDIR) && mode == DB_OPEN)
		complain("%s: %s; gr-registry init makes a registry", path, strerror(why));
	else
		complain("%s: %s", path, why ? strerror(why) : sqlite3_errstr(rc));
	return why == ENOENT || why == ENOTDIR || why == EISDIR ? GR_BAD : GR_FAIL;
}
