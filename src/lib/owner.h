/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - works in another user's directory as that user.
 *
 * Root takes the effective user and group of a directory's owner before it touches a name in it: a
 * link planted there then leads only to what its planter may use. Other users keep their own user
 * and group.
 */
#ifndef GR_OWNER_H
#define GR_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "status.h"

struct owner {
	uid_t uid;	/* who we were before */
	gid_t gid;
};

/*
 * Takes the effective user uid and group gid. Calls may be nested; end each with owner_restore.
 * GR_FAIL, one line, nothing changed: the kernel refused.
 */
enum status owner_become(struct owner *was, uid_t uid, gid_t gid);
/* Becomes the owner of the open directory (or file) fd. where names it in error lines. */
enum status owner_become_of(struct owner *was, int fd, const char *where);
enum status owner_restore(const struct owner *was);

/*
 * Tells whether this user may read the file, by a child that becomes this user with all groups.
 * False also where that cannot be found out.
 */
bool owner_may_read(uid_t uid, const char *path);

/*
 * Returns the status for a chown that failed with errno err: GR_BAD if it will fail again, else
 * GR_FAIL.
 */
enum status owner_refusal(int err);

#endif
