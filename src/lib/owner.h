/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - work in somebody else's directory as that somebody.
 *
 * Root takes the effective user and group of a directory's owner before it touches a name in it: a
 * link planted there then leads no further than its planter could go. Anybody else stays who they
 * are.
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

/* Nests; end each with owner_restore. GR_FAIL, one line, nothing changed: the kernel would not. */
enum status owner_become(struct owner *was, uid_t uid, gid_t gid);
/* The owner of the open directory (or file) fd. where names it in error lines. */
enum status owner_become_of(struct owner *was, int fd, const char *where);
enum status owner_restore(const struct owner *was);

/*
 * May this user read the file? Found out by a child that becomes this user, groups and all. False
 * where it cannot be found out.
 */
bool owner_may_read(uid_t uid, const char *path);

/*
 * What it means that an owner could not be given, which failed with err: GR_BAD where the next
 * time is no better.
 */
enum status owner_refusal(int err);

#endif
