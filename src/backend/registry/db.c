/* SPDX-License-Identifier: Apache-2.0 */
/* db.c - one SQLite connection */
#define _XOPEN_SOURCE 700	/* realpath */
#include "registry/db.h"
#include "clock.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CACHE_SLOTS = 256, BUSY_MS = 10000, LOG_MS = 2000 };

struct db {
	sqlite3 *sqlite;
	char path[PATH_MAX];
	int64_t waiting_since;	/* clock_boot_ms: for another writer to end */
	bool unwell;		/* see db_is_unwell */
	bool damage;		/* see db_met_damage */
	int version;		/* of the tables, as this program knows them; 0: not examined */
	bool outdated;		/* they have a newer one, which was said */
	struct { const char *sql; sqlite3_stmt *stmt; } cache[CACHE_SLOTS];
};

/* A damaged page is not among them: it concerns those alone whose rows are on it. */
static bool may_pass(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_NOMEM:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return true;
	}
	return false;
}

static enum status fail(struct db *db)
{
	db->unwell |= may_pass(sqlite3_errcode(db->sqlite));
	db->damage |= (sqlite3_errcode(db->sqlite) & 0xff) == SQLITE_CORRUPT;
	complain("%s: %s", db->path, sqlite3_errmsg(db->sqlite));
	return GR_FAIL;
}

enum status db_script(struct db *db, const char *sql)
{
	return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK ? GR_OK : fail(db);
}

/*
 * Another writer has the registry. SQLite's own handler sleeps up to 100 ms at a time, and whoever
 * writes one transaction after the other (an import) would have begun the next one before that is
 * over, most times.
 */
static int wait_turn(void *context, int tries)
{
	struct db *d = context;

	if (tries == 0)
		d->waiting_since = clock_boot_ms();
	if (clock_boot_ms() - d->waiting_since >= BUSY_MS)
		return 0;
	sqlite3_sleep(tries < 5 ? 1 : 4);
	return 1;
}

/*
 * The broker's user may write into the registry's folder and the file itself: nothing that the
 * schema says is run unless it is harmless, and no statement gets at the file's own structures.
 */
static bool defend(sqlite3 *sqlite)
{
	return sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
	       sqlite3_db_config(sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK;
}

/*
 * A new empty file has the mode of its folder: where the group may write there, so that the broker
 * can read, the group may write to the file too.
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

static enum status too_long(const char *path)
{
	complain("%s: the path is too long", path);
	return GR_BAD;
}

/*
 * Where the file is, with no link left on the way to it: links may lead to the folder, which the
 * operator chose, but a link in place of the file could have been made by the broker's user.
 * DB_CREATE makes an empty file. GR_BAD: the folder is missing, or the path too long.
 */
static enum status find_place(char place[static PATH_MAX], const char *path, enum db_mode mode)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX], real[PATH_MAX];

	if (!str_format(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
			slash ? path : "."))
		return too_long(path);
	if (!realpath(folder[0] ? folder : "/", real)) {
		complain("%s: %s%s", path, strerror(errno),
			 errno == ENOENT && mode == DB_OPEN ? "; gr-registry init makes a registry"
							    : "");
		return errno == ENOENT || errno == ENOTDIR ? GR_BAD : GR_FAIL;
	}
	if (!str_format(place, PATH_MAX, "%s/%s", real, slash ? slash + 1 : path))
		return too_long(path);
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

/*
 * Says why SQLite could not open path; its own text is "unable to open database file" for all of
 * these. sqlite may be NULL. GR_BAD: missing, a folder or a link; else GR_FAIL.
 */
static enum status refused(sqlite3 *sqlite, int rc, const char *path, enum db_mode mode)
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

/*
 * Waits until the registry's log can be opened. A program of another user that opens the registry
 * at this moment makes the log, and gives it a moment later the owner and mode that let us in.
 */
static enum status await_log(struct db *db)
{
	static const char first_read[] = "PRAGMA application_id";
	int64_t begun = clock_boot_ms();
	int rc;

	while ((rc = sqlite3_exec(db->sqlite, first_read, NULL, NULL, NULL)) == SQLITE_CANTOPEN) {
		if (clock_boot_ms() - begun >= LOG_MS)
			break;
		sqlite3_sleep(4);
	}
	if (rc != SQLITE_CANTOPEN)
		return GR_OK;	/* whatever else is wrong is found by who reads first */
	complain("%s: its log, the files with -wal and -shm at the end: %s; they must have the "
		 "registry's owner, group and mode, and the disk must take them",
		 db->path, strerror(sqlite3_system_errno(db->sqlite)));
	return GR_FAIL;
}

/* A status of refused for what could not even be opened. */
static enum status open_file(struct db *db, const char *path, enum db_mode mode)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, rc;
	char place[PATH_MAX];
	enum status st;

	st = find_place(place, path, mode);
	if (st != GR_OK)
		return st;
	rc = sqlite3_open_v2(place, &db->sqlite, flags, NULL);
	if (rc != SQLITE_OK)
		return refused(db->sqlite, rc, path, mode);
	sqlite3_busy_handler(db->sqlite, wait_turn, db);
	return defend(db->sqlite) ? await_log(db) : fail(db);
}

enum status db_open(struct db **db, const char *path, enum db_mode mode)
{
	struct db *d = calloc(1, sizeof *d);
	enum status st = GR_FAIL;

	if (d && str_copy(d->path, sizeof d->path, path))
		st = open_file(d, path, mode);
	else
		complain("%s: cannot be opened", path);
	if (st != GR_OK) {
		db_close(d);
		return st;
	}
	*db = d;
	return GR_OK;
}

/* Where a file gets its log SQLite does not wait for who writes to it meanwhile. */
static enum status use_log(struct db *db)
{
	static const char log[] = "PRAGMA journal_mode = WAL";
	int rc, tries = 0;

	do
		rc = sqlite3_exec(db->sqlite, log, NULL, NULL, NULL);
	while (rc == SQLITE_BUSY && wait_turn(db, tries++));
	return rc == SQLITE_OK ? GR_OK : fail(db);
}

/*
 * temp_store: each savepoint keeps what it would have to undo in memory, else that is more disk
 * traffic than the registry itself. cache_size in kB, so up to 64 MB: with the usual two a large
 * registry is read from the system page by page.
 */
enum status db_configure(struct db *db)
{
	enum status st = use_log(db);

	return st != GR_OK ? st : db_script(db, "PRAGMA synchronous = FULL;"
						"PRAGMA foreign_keys = ON;"
						"PRAGMA temp_store = MEMORY;"
						"PRAGMA cache_size = -65536;"
						"PRAGMA cell_size_check = ON");
}

bool db_is_no_database(const struct db *db)
{
	return sqlite3_errcode(db->sqlite) == SQLITE_NOTADB;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		sqlite3_finalize(db->cache[i].stmt);
	sqlite3_close(db->sqlite);
	free(db);
}

/*
 * The statement for this text; a statement still in use (a query inside a query) is prepared once
 * more by the caller's mistake, so it is reset.
 */
static sqlite3_stmt *prepare(struct db *db, const char *sql)
{
	size_t slot = ((uintptr_t)sql >> 3) % CACHE_SLOTS;

	for (size_t i = 0; i < CACHE_SLOTS; i++, slot = (slot + 1) % CACHE_SLOTS) {
		if (db->cache[slot].sql == sql)
			return db->cache[slot].stmt;
		if (db->cache[slot].sql)
			continue;
		if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
				       &db->cache[slot].stmt, NULL) != SQLITE_OK)
			return NULL;
		db->cache[slot].sql = sql;
		return db->cache[slot].stmt;
	}
	return NULL;
}

static sqlite3_stmt *bind(struct db *db, const char *sql, const char *types, va_list ap)
{
	sqlite3_stmt *stmt = prepare(db, sql);
	int rc = SQLITE_OK;

	if (!stmt)
		return NULL;
	sqlite3_reset(stmt);
	for (int i = 0; types[i] && rc == SQLITE_OK; i++)
		switch (types[i]) {
		case 's':
			rc = sqlite3_bind_text(stmt, i + 1, va_arg(ap, const char *), -1,
					       SQLITE_TRANSIENT);
			break;
		case 'i':
			rc = sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int64_t));
			break;
		default:
			rc = sqlite3_bind_int64(stmt, i + 1, va_arg(ap, int));
		}
	return rc == SQLITE_OK ? stmt : NULL;
}

void db_expect(struct db *db, int version)
{
	db->version = version;
}

bool db_is_outdated(struct db *db)
{
	int64_t version = db->version;

	if (db->outdated)
		return true;
	if (db->version == 0 ||
	    db_number(&version, db, "SELECT value FROM meta WHERE key = 'version'", "") != GR_OK ||
	    version == db->version)
		return false;
	complain("%s: was upgraded to version %lld while this program, which knows version %d, "
		 "was running; start it again as the gr that upgraded it",
		 db->path, (long long)version, db->version);
	db->outdated = true;
	return true;
}

/* Whoever upgrades the tables has the right to write meanwhile, so one look suffices. */
enum status db_begin(struct db *db)
{
	enum status st = db_run(db, "BEGIN IMMEDIATE", "");

	if (st != GR_OK || !db_is_outdated(db))
		return st;
	db->unwell = true;
	db_rollback(db);
	return GR_FAIL;
}

enum status db_commit(struct db *db)
{
	enum status st = db_run(db, "COMMIT", "");

	if (st != GR_OK)
		db_rollback(db);
	return st;
}

void db_rollback(struct db *db)
{
	if (db_in_transaction(db))
		db_script(db, "ROLLBACK");
}

enum status db_snapshot(struct db *db)
{
	int64_t tables;
	enum status st = db_run(db, "BEGIN", "");

	/* The first read begins it. */
	return st == GR_OK ? db_number(&tables, db, "SELECT count(*) FROM sqlite_schema", "") : st;
}

bool db_in_transaction(const struct db *db)
{
	return !sqlite3_get_autocommit(db->sqlite);
}

enum status db_mark(struct db *db)
{
	db->unwell = false;
	return db_run(db, "SAVEPOINT event", "");
}

bool db_is_unwell(const struct db *db)
{
	return db->unwell;
}

enum status db_damaged(struct db *db, const char *what, const char *name)
{
	db->damage = true;
	complain("%s: is damaged: the two copies of %s %s differ; restore a backup "
		 "(gr-registry restore)",
		 db->path, what, name);
	return GR_FAIL;
}

bool db_met_damage(const struct db *db)
{
	return db->damage;
}

void db_forget_damage(struct db *db)
{
	db->damage = false;
}

enum status db_keep(struct db *db)
{
	return db_run(db, "RELEASE event", "");
}

void db_undo(struct db *db)
{
	if (db_in_transaction(db)) {
		db_script(db, "ROLLBACK TO event");
		db_script(db, "RELEASE event");
	}
}

enum status db_run(struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	enum status st;
	va_list ap;
	int rc;

	va_start(ap, types);
	stmt = bind(db, sql, types, ap);
	va_end(ap);
	if (!stmt)
		return fail(db);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		;
	st = rc == SQLITE_DONE ? GR_OK : fail(db);
	sqlite3_reset(stmt);
	return st;
}

enum status db_query(sqlite3_stmt **row, struct db *db, const char *sql, const char *types, ...)
{
	va_list ap;

	va_start(ap, types);
	*row = bind(db, sql, types, ap);
	va_end(ap);
	return *row ? db_next(db, row) : fail(db);
}

enum status db_next(struct db *db, sqlite3_stmt **row)
{
	int rc = sqlite3_step(*row);
	enum status st = rc == SQLITE_ROW ? GR_OK : rc == SQLITE_DONE ? GR_NO : fail(db);

	if (st != GR_OK) {
		sqlite3_reset(*row);
		*row = NULL;
	}
	return st;
}

enum status db_each(struct db *db, sqlite3_stmt **row, enum status st)
{
	if (st == GR_OK)
		return db_next(db, row);
	db_done(*row);
	*row = NULL;
	return st;
}

enum status db_ended(enum status st)
{
	return st == GR_NO ? GR_OK : st;
}

void db_done(sqlite3_stmt *row)
{
	if (row)
		sqlite3_reset(row);
}

const char *db_text(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);

	return text ? (const char *)text : "";
}

int64_t db_int(sqlite3_stmt *row, int column)
{
	return sqlite3_column_int64(row, column);
}

bool db_is_null(sqlite3_stmt *row, int column)
{
	return sqlite3_column_type(row, column) == SQLITE_NULL;
}

enum status db_number(int64_t *value, struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	enum status st;
	va_list ap;

	va_start(ap, types);
	stmt = bind(db, sql, types, ap);
	va_end(ap);
	if (!stmt)
		return fail(db);
	st = db_next(db, &stmt);
	if (st == GR_OK)
		*value = db_int(stmt, 0);
	db_done(stmt);
	return st;
}

int db_changes(const struct db *db)
{
	return sqlite3_changes(db->sqlite);
}

int64_t db_total_changes(const struct db *db)
{
	return sqlite3_total_changes64(db->sqlite);
}

int64_t db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->sqlite);
}

sqlite3 *db_handle(struct db *db)
{
	return db->sqlite;
}

const char *db_path(const struct db *db)
{
	return db->path;
}

enum status db_put_away_log(struct db *db)
{
	static const char sql[] = "PRAGMA journal_mode = DELETE";

	if (sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
		return GR_OK;
	complain("%s: %s; stop broker and daemon first", db->path, sqlite3_errmsg(db->sqlite));
	return GR_FAIL;
}

int64_t db_version(struct db *db)
{
	int64_t version = -1;

	return db_number(&version, db, "PRAGMA data_version", "") == GR_OK ? version : -1;
}
