/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c - a whole registry, copied page by page */
#include "registry/snapshot.h"
#include "complain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGES = 1000, BUSY_TRIES = 100, BUSY_PAUSE_MS = 100 };

/*
 * Steps through a copy. As long as the source is read in one transaction, what others write does
 * not start it over.
 */
static int copy(sqlite3 *to, sqlite3 *from, struct progress *progress)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int rc = backup ? SQLITE_OK : sqlite3_errcode(to), busy = 0;

	while (rc == SQLITE_OK ||
	       ((rc == SQLITE_BUSY || rc == SQLITE_LOCKED) && busy++ < BUSY_TRIES)) {
		if (rc != SQLITE_OK)
			sqlite3_sleep(BUSY_PAUSE_MS);
		rc = sqlite3_backup_step(backup, PAGES);
		progress->total = sqlite3_backup_pagecount(backup);
		progress_show(progress, progress->total - sqlite3_backup_remaining(backup));
	}
	if (rc == SQLITE_DONE)
		return sqlite3_backup_finish(backup);
	sqlite3_backup_finish(backup);
	return rc;
}

static enum status sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		complain("%s: cannot be synced: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok ? GR_OK : GR_FAIL;
}

/*
 * The copy says in its head that it is used with a log beside it; one that is put away has none.
 */
enum status snapshot_save(struct db *db, const char *path, struct progress *progress)
{
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	if (rc == SQLITE_OK && (rc = copy(to, db_handle(db), progress)) == SQLITE_OK)
		rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		complain("%s: cannot be written: %s", path, sqlite3_errstr(rc));
	sqlite3_close(to);
	return rc == SQLITE_OK ? sync_file(path) : GR_FAIL;
}

enum status snapshot_load(struct db *db, struct db *from, struct progress *progress)
{
	int rc = copy(db_handle(db), db_handle(from), progress);

	if (rc == SQLITE_OK)
		return GR_OK;
	complain("%s: cannot be replaced: %s", db_path(db), sqlite3_errstr(rc));
	return GR_FAIL;
}
