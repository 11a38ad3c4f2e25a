/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.h - the chain of custody as an operator reads it: which certificate replaced which, and
 * which rotations are open.
 *
 * On GR_FAIL one line has been written; GR_NO is silent. A status of each other than GR_OK ends
 * the list and is returned.
 */
#ifndef GR_REGISTRY_HISTORY_H
#define GR_REGISTRY_HISTORY_H

#include "registry/db.h"

/*
 * Tells whether there was ever a rotation of this thing, which may have been deleted since. GR_NO:
 * never.
 */
enum status history_exists(struct db *db, const char *thing);

struct history_row {
	const char *job, *client;	/* client: who asked */
	const char *old_id, *new_id;
	const char *survivor;		/* "OLD", "NEW" or "" */
	const char *kept;		/* the certificate that the device may go back to, or "" */
	int64_t number;
	int64_t requested, used, committed, decided, turned, retired;	/* ms; 0: not yet */
};
/* Calls each for the rotations of a thing, the oldest first. */
enum status history_list(struct db *db, const char *thing,
			 enum status (*each)(void *arg, const struct history_row *row), void *arg);

/*
 * Gives a number, below 0, for the custody record of an execution that the registry does not have.
 */
enum status history_unused_execution(int64_t *execution, struct db *db);

struct history_open {
	int64_t id;
	char old_id[65], new_id[65];
};
/* Finds the newest open rotation of a thing. GR_NO: it has none. */
enum status history_newest_open(struct history_open *open, struct db *db, const char *thing);

struct history_late {
	const char *thing, *job;
	int64_t requested;	/* ms */
};
/* Calls each for the open rotations that were requested before a time, the oldest first. */
enum status history_list_late(struct db *db, int64_t before, int limit,
			      enum status (*each)(void *arg, const struct history_late *late),
			      void *arg);

#endif
