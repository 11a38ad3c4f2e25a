/* SPDX-License-Identifier: Apache-2.0 */
/*
 * integrity.h - reads the whole registry and looks for damage (PRAGMA integrity_check), in a
 * thread with a connection of its own, so that nobody waits for it.
 */
#ifndef GR_REGISTRY_INTEGRITY_H
#define GR_REGISTRY_INTEGRITY_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "registry/db.h"

struct integrity {
	sqlite3 *sqlite;	/* NULL: no check runs */
	pthread_t thread;
	atomic_bool ended;
	bool failed;		/* the check could not be made */
	char finding[256];	/* one line; "" when nothing was found */
};

/* Starts a check of the file at path, unless one runs. GR_FAIL, one line: it cannot be started. */
enum status integrity_start(struct integrity *check, const char *path);
/* Tells whether a check runs. */
bool integrity_runs(const struct integrity *check);
/*
 * Records what a check found that has ended since the last call, in a transaction of its own:
 * with damage no certificate is refused any more (second_look.h), an alarm is raised and a line
 * written. GR_NO, silent: none has ended. GR_FAIL, one line: it could not be recorded, or the
 * check could not be made.
 */
enum status integrity_record(struct integrity *check, struct db *db, int64_t now);
/* Ends a check that runs, and forgets what it found. */
void integrity_stop(struct integrity *check);

#endif
