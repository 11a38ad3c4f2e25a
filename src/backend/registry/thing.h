/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thing.h - things.
 *
 * Functions that change something run inside the caller's transaction (db_begin). On GR_NO and
 * GR_FAIL one line has been written unless said otherwise.
 */
#ifndef GR_REGISTRY_THING_H
#define GR_REGISTRY_THING_H

#include "registry/db.h"

/* Makes a thing; one that exists already is GR_OK. GR_BAD: not a thing name. */
enum status thing_create(struct db *db, const char *name, int64_t now);
/* Tells whether the thing exists. GR_NO, silent: no such thing. */
enum status thing_exists(struct db *db, const char *name);
/* Does the same, with a line on GR_NO. */
enum status thing_need(struct db *db, const char *name);
/*
 * Deletes a thing, but not its executions, which transition_remove_thing ends. GR_NO, one line: it
 * still has certificates.
 */
enum status thing_delete(struct db *db, const char *name);
/* Counts the certificates that are attached to it. */
enum status thing_count_certificates(int64_t *count, struct db *db, const char *name);
/* Counts the things in group; "": all things. */
enum status thing_count(int64_t *count, struct db *db, const char *group);

struct thing_row {
	const char *name;
	int64_t certificates;
	bool connected;
};
/*
 * Calls each for the things of group, "" for all, in order of name. A status of each other than
 * GR_OK ends the list and is returned.
 */
enum status thing_list(struct db *db, const char *group,
		       enum status (*each)(void *arg, const struct thing_row *row), void *arg);

#endif
