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

/* GR_BAD: not a thing name. Making it again is GR_OK. */
enum status thing_create(struct db *db, const char *name, int64_t now);
/* GR_NO, silent: no such thing. */
enum status thing_exists(struct db *db, const char *name);
/* The same with a line. */
enum status thing_need(struct db *db, const char *name);
/* GR_NO, one line: still has certificates. Its executions are transition_remove_thing's. */
enum status thing_delete(struct db *db, const char *name);
/* How many certificates are attached. */
enum status thing_count_certificates(int64_t *count, struct db *db, const char *name);
/* How many things are in group; "": in all. */
enum status thing_count(int64_t *count, struct db *db, const char *group);

struct thing_row {
	const char *name;
	int64_t certificates;
	bool connected;
};
/*
 * Calls each for the things of group, "" for all, in order of name. What each gives but GR_OK ends
 * the list and is given back.
 */
enum status thing_list(struct db *db, const char *group,
		       enum status (*each)(void *arg, const struct thing_row *row), void *arg);

#endif
