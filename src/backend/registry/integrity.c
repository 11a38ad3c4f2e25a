/* SPDX-License-Identifier: Apache-2.0 */
/* integrity.c - reads the whole registry and looks for damage */
#define _XOPEN_SOURCE 700	/* nice */
#include "registry/integrity.h"
#include "complain.h"
#include "printable.h"
#include "registry/alarm.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

enum { STACK = 512 * 1024, BUSY_MS = 10000, NICE = 10 };

/* SQLite's text begins with a heading of its own in a line before. */
static void note(struct integrity *check, const char *text)
{
	const char *line = strchr(text, '\n');

	if (strcmp(text, "ok") != 0)
		printable_ascii(check->finding, sizeof check->finding, line ? line + 1 : text);
}

/* A file that is damaged badly enough cannot even be checked. */
static void examine(struct integrity *check)
{
	sqlite3_stmt *row = NULL;
	int rc = sqlite3_prepare_v2(check->sqlite, "PRAGMA integrity_check(1)", -1, &row, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(row);
	if (rc == SQLITE_ROW)
		note(check, (const char *)sqlite3_column_text(row, 0));
	else if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB)
		note(check, sqlite3_errmsg(check->sqlite));
	else
		check->failed = true;
	sqlite3_finalize(row);
}

/* On Linux nice counts for the calling thread alone. */
static void *run(void *arg)
{
	struct integrity *check = arg;

	(void)(nice(NICE) + 1);
	examine(check);
	atomic_store(&check->ended, true);
	return NULL;
}

static bool start_thread(struct integrity *check)
{
	pthread_attr_t attributes;
	bool ok;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	ok = pthread_attr_setstacksize(&attributes, STACK) == 0 &&
	    pthread_create(&check->thread, &attributes, run, check) == 0;
	pthread_attr_destroy(&attributes);
	return ok;
}

enum status integrity_start(struct integrity *check, const char *path)
{
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX;

	if (check->sqlite)
		return GR_OK;
	check->failed = false;
	check->finding[0] = '\0';
	atomic_store(&check->ended, false);
	if (sqlite3_open_v2(path, &check->sqlite, flags, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(check->sqlite, BUSY_MS);
		if (start_thread(check))
			return GR_OK;
	}
	complain("%s: cannot be checked for damage: out of memory or descriptors", path);
	sqlite3_close(check->sqlite);
	check->sqlite = NULL;
	return GR_FAIL;
}

bool integrity_runs(const struct integrity *check)
{
	return check->sqlite != NULL;
}

static void end(struct integrity *check)
{
	pthread_join(check->thread, NULL);
	sqlite3_close(check->sqlite);
	check->sqlite = NULL;
}

void integrity_stop(struct integrity *check)
{
	if (!check->sqlite)
		return;
	sqlite3_interrupt(check->sqlite);
	end(check);
}

static enum status record_damage(struct db *db, const char *finding, int64_t now)
{
	char text[320];
	enum status st = db_run(db, "INSERT OR REPLACE INTO meta VALUES ('damaged', ?)", "s",
				finding);

	str_format(text, sizeof text, "the registry is damaged, so that nobody is refused until a "
				      "backup is restored: %.200s", finding);
	return st == GR_OK ? alarm_raise(db, "damaged", "", "", text, now) : st;
}

static enum status record(const struct integrity *check, struct db *db, int64_t now)
{
	enum status st = db_begin(db);

	if (st == GR_OK && check->finding[0])
		st = record_damage(db, check->finding, now);
	else if (st == GR_OK)
		st = db_run(db, "DELETE FROM meta WHERE key = 'damaged'", "");
	if (st == GR_OK)
		return db_commit(db);
	db_rollback(db);
	return st;
}

enum status integrity_record(struct integrity *check, struct db *db, int64_t now)
{
	if (!check->sqlite || !atomic_load(&check->ended))
		return GR_NO;
	end(check);
	if (check->failed) {
		complain("%s: could not be checked for damage", db_path(db));
		return GR_FAIL;
	}
	if (check->finding[0])
		complain("%s: is damaged: %s; restore a backup (gr-registry restore)", db_path(db),
			 check->finding);
	return record(check, db, now);
}
