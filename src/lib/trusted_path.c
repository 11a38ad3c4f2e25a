/* SPDX-License-Identifier: Apache-2.0 */
/* trusted_path.c - paths that nobody but root and we can change */
#define _GNU_SOURCE	/* O_PATH */
#include "trusted_path.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

enum { REST_MAX = 2 * PATH_MAX, LINKS_MAX = 40 };	/* as many links as the kernel follows */

struct walk {
	const char *path, *what;
	int fd;			/* what at names */
	struct stat own;	/* of fd */
	char at[PATH_MAX];	/* "" is the root directory */
	char rest[REST_MAX];	/* of the way */
	unsigned links;
};

/* Group bits of a login user whose group is his alone (umask 002) let nobody else write. */
static bool is_private_group(gid_t gid)
{
	const struct passwd *user = getuid() ? getpwuid(getuid()) : NULL;
	const struct group *group = user && user->pw_gid == gid ? getgrgid(gid) : NULL;

	return group && strcmp(group->gr_name, user->pw_name) == 0 && !group->gr_mem[0];
}

static bool is_ours(const struct stat *file)
{
	return file->st_uid == 0 || file->st_uid == getuid();
}

/* The mode of a link means nothing. */
static bool others_write(const struct stat *file)
{
	if (S_ISLNK(file->st_mode))
		return false;
	return file->st_mode & S_IWOTH ||
	    (file->st_mode & S_IWGRP && !is_private_group(file->st_gid));
}

bool trusted_path_owner(const struct stat *file)
{
	return is_ours(file) && !others_write(file);
}

static enum status refuse(const struct walk *walk)
{
	const char *at = walk->at[0] ? walk->at : "/";

	if (!walk->what)
		return GR_BAD;
	if (!is_ours(&walk->own))
		complain("%s: %s: not used: user %lu owns %s; chown it to root%s", walk->what,
			 walk->path, (unsigned long)walk->own.st_uid, at,
			 getuid() ? " or to yourself" : "");
	else
		complain("%s: %s: not used: others may write %s; chmod go-w %s", walk->what,
			 walk->path, at, at);
	return GR_BAD;
}

/* On the way through a folder; what stands at the end is not for everybody. */
static bool is_shared(const struct stat *file)
{
	return S_ISDIR(file->st_mode) && file->st_mode & S_ISVTX && file->st_uid == 0;
}

static enum status fail(const struct walk *walk, int err)
{
	if (err == ENOENT || err == ENOTDIR)
		return GR_NO;
	if (walk->what)
		complain("%s: %s: %s", walk->what, walk->path, strerror(err));
	return err == ELOOP || err == ENAMETOOLONG ? GR_BAD : GR_FAIL;
}

/* Opens name in the folder at hand, a link itself, and stands there. */
static enum status enter(struct walk *walk, const char *name)
{
	int fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
	return fd >= 0 && fstat(fd, &walk->own) == 0 ? GR_OK : fail(walk, errno);
}

static enum status go_to_root(struct walk *walk)
{
	walk->at[0] = '\0';
	return enter(walk, "/");
}

static enum status go_up(struct walk *walk)
{
	char *slash = strrchr(walk->at, '/');

	if (slash)
		*slash = '\0';
	return enter(walk, "..");
}

static enum status go_down(struct walk *walk, const char *name)
{
	size_t len = strlen(walk->at);

	if (!str_format(walk->at + len, sizeof walk->at - len, "/%s", name))
		return fail(walk, ENAMETOOLONG);
	return enter(walk, name);
}

/* What the link at hand says goes before the rest of the way. */
static enum status follow(struct walk *walk)
{
	char target[PATH_MAX], rest[REST_MAX], *slash = strrchr(walk->at, '/');
	ssize_t n = readlinkat(walk->fd, "", target, sizeof target - 1);
	char folder[PATH_MAX];

	if (n < 0)
		return fail(walk, errno);
	target[n] = '\0';
	if (++walk->links > LINKS_MAX)
		return fail(walk, ELOOP);
	if (!str_format(rest, sizeof rest, "%s/%s", target, walk->rest))
		return fail(walk, ENAMETOOLONG);
	str_copy(walk->rest, sizeof walk->rest, rest);
	*slash = '\0';
	str_copy(folder, sizeof folder, target[0] == '/' || !walk->at[0] ? "/" : walk->at);
	if (target[0] == '/')
		walk->at[0] = '\0';
	/*
	 * Back in the folder that the link lies in, by a name that has been found to be nobody
	 * else's.
	 */
	return enter(walk, folder);
}

/* Cuts the next name off the rest. False: there is none. */
static bool next_name(char name[static NAME_MAX + 2], struct walk *walk)
{
	char *start = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(start, "/");

	str_format(name, NAME_MAX + 2, "%.*s", (int)(len <= NAME_MAX ? len : NAME_MAX + 1), start);
	memmove(walk->rest, start + len, strlen(start + len) + 1);
	return len > 0;
}

static enum status walk_on(struct walk *walk)
{
	char name[NAME_MAX + 2];
	enum status st = go_to_root(walk);

	while (st == GR_OK) {
		if (!is_ours(&walk->own) || (others_write(&walk->own) && !is_shared(&walk->own)))
			return refuse(walk);
		if (S_ISLNK(walk->own.st_mode)) {
			st = follow(walk);
			continue;
		}
		if (!next_name(name, walk))
			return others_write(&walk->own) ? refuse(walk) : GR_OK;
		if (!S_ISDIR(walk->own.st_mode))
			return fail(walk, ENOTDIR);
		if (strcmp(name, ".") != 0)
			st = strcmp(name, "..") == 0 ? go_up(walk) : go_down(walk, name);
	}
	return st;
}

static enum status begin(struct walk *walk)
{
	char here[PATH_MAX];
	bool fits;

	if (walk->path[0] == '/')
		fits = str_copy(walk->rest, sizeof walk->rest, walk->path);
	else if (getcwd(here, sizeof here))
		fits = str_format(walk->rest, sizeof walk->rest, "%s/%s", here, walk->path);
	else
		return fail(walk, errno);
	return fits ? GR_OK : fail(walk, ENAMETOOLONG);
}

enum status trusted_path_check(char real[static PATH_MAX], struct stat *found, const char *path,
		       const char *what)
{
	struct walk walk = { .path = path, .what = what, .fd = -1 };
	enum status st = begin(&walk);

	if (st == GR_OK)
		st = walk_on(&walk);
	if (walk.fd >= 0)
		close(walk.fd);
	if (st != GR_OK)
		return st;
	str_copy(real, PATH_MAX, walk.at[0] ? walk.at : "/");
	if (found)
		*found = walk.own;
	return GR_OK;
}
