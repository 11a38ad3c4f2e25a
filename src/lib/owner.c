/* SPDX-License-Identifier: Apache-2.0 */
/* owner.c - effective user and group, lent and given back */
#define _DEFAULT_SOURCE	/* initgroups */
#include "owner.h"
#include "complain.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The group goes first: once the user has changed, nobody may change the group any more. */
static enum status change(uid_t uid, gid_t gid)
{
	if (geteuid() == uid && getegid() == gid)
		return GR_OK;
	if (geteuid() != 0 && seteuid(0) != 0)
		return GR_OK;	/* not root: there is nobody else to be */
	if (setegid(gid) == 0 && seteuid(uid) == 0)
		return GR_OK;
	complain("user %lu, group %lu: cannot be taken on: %s", (unsigned long)uid,
		 (unsigned long)gid, strerror(errno));
	return GR_FAIL;
}

enum status owner_become(struct owner *was, uid_t uid, gid_t gid)
{
	*was = (struct owner){ .uid = geteuid(), .gid = getegid() };
	if (change(uid, gid) == GR_OK)
		return GR_OK;
	owner_restore(was);
	return GR_FAIL;
}

enum status owner_become_of(struct owner *was, int fd, const char *where)
{
	struct stat st;

	if (fstat(fd, &st) == 0)
		return owner_become(was, st.st_uid, st.st_gid);
	complain("%s: %s", where, strerror(errno));
	return GR_FAIL;
}

enum status owner_restore(const struct owner *was)
{
	return change(was->uid, was->gid);
}

static _Noreturn void try_to_read(const struct passwd *user, const char *path)
{
	/* Root's own groups would open what is not the user's to read. */
	if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
	    setuid(user->pw_uid) != 0)
		_exit(1);
	_exit(access(path, R_OK) != 0);
}

bool owner_may_read(uid_t uid, const char *path)
{
	const struct passwd *user = getpwuid(uid);
	int status = -1;
	pid_t child;

	if (!user || (child = fork()) < 0)
		return false;
	if (child == 0)
		try_to_read(user, path);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum status owner_refusal(int err)
{
	return err == EPERM || err == EINVAL || err == EROFS ? GR_BAD : GR_FAIL;
}
