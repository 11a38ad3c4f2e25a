/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group.h - groups of things.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO and GR_FAIL one
 * line has been written unless said otherwise.
 */
#ifndef GR_REGISTRY_GROUP_H
#define GR_REGISTRY_GROUP_H

#include "registry/db.h"

/* Makes a group; one that exists already is GR_OK. GR_BAD: not a group name. */
enum status group_create(struct db *db, const char *name, int64_t now);
/* Deletes a group, but not the things in it. GR_NO: no such group. */
enum status group_delete(struct db *db, const char *name);
/* Tells whether the group exists. GR_NO, silent: no such group. */
enum status group_exists(struct db *db, const char *name);
/* Does the same, with a line on GR_NO. */
enum status group_need(struct db *db, const char *name);
/* Put a thing into a group, or take it out. GR_NO: no such group, or no such thing. */
enum status group_add(struct db *db, const char *group, const char *thing);
enum status group_remove(struct db *db, const char *group, const char *thing);
/* Takes all things out of it. */
enum status group_empty(struct db *db, const char *group);

struct group_row {
	const char *name;
	int64_t things;		/* how many are in it */
};
/*
 * Calls each for the groups that thing is in, "" for all groups, in order of name. A status of
 * each other than GR_OK ends the list and is returned.
 */
enum status group_list(struct db *db, const char *thing,
		       enum status (*each)(void *arg, const struct group_row *row), void *arg);
/* Does the same with the names alone, which costs less because nothing is counted. */
enum status group_names(struct db *db, const char *thing,
			enum status (*each)(void *arg, const char *name), void *arg);

#endif
