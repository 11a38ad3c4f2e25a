/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.h - the targets of jobs ("thing/T", "thinggroup/G"), and the things that came to a
 * continuous job's targets or left them.
 *
 * Functions that change something run inside the caller's transaction. On GR_FAIL one line has
 * been written; GR_NO is silent.
 */
#ifndef GR_REGISTRY_TARGET_H
#define GR_REGISTRY_TARGET_H

#include "registry/db.h"

enum { TARGET_MAX = 160 };

/* Finds the next target of a job, in order: the first one after `target`, which is "" at first. */
enum status target_next(char target[static TARGET_MAX], struct db *db, const char *job);
/* Tells whether the thing is now a target of the job, or in a group that is one. GR_NO: no. */
enum status target_includes(struct db *db, const char *job, const char *thing);

/* Finds the next continuous job that follows its targets, in order: the first one after `job`. */
enum status target_next_follower(char job[static 65], struct db *db);
/* Makes the job follow its targets no longer. */
enum status target_unfollow(struct db *db, const char *job);

/* Tells whether things came or went that a continuous job may have to follow. GR_NO: no. */
enum status target_has_changes(struct db *db);
/* Takes one of those things from the record of changes. GR_NO: there is none. */
enum status target_take_change(char thing[static 129], struct db *db);

#endif
