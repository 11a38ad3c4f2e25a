/* SPDX-License-Identifier: Apache-2.0 */
/* configured_path.c - configured paths */
#define _GNU_SOURCE	/* statx, for mount points */
#include "store/configured_path.h"
#include "complain.h"
#include "file.h"
#include "owner.h"
#include "pkcs11/uri.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEAT_NAME_MAX = NAME_MAX - 32 };	/* leaves room for what temporary names add */

enum status configured_path_open(struct configured_path *seat, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char dir[PATH_MAX] = ".";

	*seat = (struct configured_path){ .path = path, .dir = -1, .token = uri_is(path) };
	if (seat->token)
		return GR_OK;
	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strlen(name) > SEAT_NAME_MAX ||
	    (slash &&
	     !str_format(dir, sizeof dir, "%.*s", (int)(slash == path ? 1 : slash - path),
			 path))) {
		complain("%s: not the path of a file, or too long", path);
		return GR_BAD;
	}
	str_copy(seat->name, sizeof seat->name, name);
	seat->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (seat->dir >= 0 && realpath(dir, seat->home))
		return GR_OK;
	complain("%s: %s", dir, strerror(errno));
	return GR_FAIL;
}

void configured_path_close(struct configured_path *seat)
{
	if (seat->dir >= 0)
		close(seat->dir);
	seat->dir = -1;
}

enum status configured_path_look(enum configured_path_kind *kind,
				 const struct configured_path *seat)
{
	char text[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (seat->token) {
		*kind = seat->adopted ? CONFIGURED_PATH_OURS : CONFIGURED_PATH_PLAIN;
		return GR_OK;
	}
	if (fstatat(seat->dir, seat->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		*kind = CONFIGURED_PATH_MISSING;
		if (errno == ENOENT)
			return GR_OK;
		complain("%s: %s", seat->path, strerror(errno));
		return GR_FAIL;
	}
	*kind = S_ISREG(st.st_mode) ? CONFIGURED_PATH_PLAIN : CONFIGURED_PATH_FOREIGN;
	if (!S_ISLNK(st.st_mode))
		return GR_OK;
	n = readlinkat(seat->dir, seat->name, text, sizeof text - 1);
	if (n < 0) {
		complain("%s: %s", seat->path, strerror(errno));
		return GR_FAIL;
	}
	text[n] = '\0';
	if (strcmp(text, seat->link) == 0)
		*kind = CONFIGURED_PATH_OURS;
	return GR_OK;
}

/*
 * Rename cannot replace a mount point (EBUSY). Before Linux 5.8 only one from another file system
 * shows.
 */
static bool is_mounted(const struct configured_path *seat)
{
	struct stat dir, file;
	struct statx sx;

	if (statx(seat->dir, seat->name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &sx) == 0 &&
	    sx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)
		return sx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	return fstat(seat->dir, &dir) == 0 &&
	    fstatat(seat->dir, seat->name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	    dir.st_dev != file.st_dev;
}

enum status configured_path_check(const struct configured_path *seat)
{
	char text[PATH_MAX];
	enum configured_path_kind kind;
	enum status st;
	ssize_t n;

	if ((st = configured_path_look(&kind, seat)) != GR_OK)
		return st;
	if (kind == CONFIGURED_PATH_FOREIGN &&
	    (n = readlinkat(seat->dir, seat->name, text, sizeof text - 1)) >= 0) {
		text[n] = '\0';
		complain("%s: a symbolic link to %s that is not ours; configure the path of the "
			 "file itself",
			 seat->path, text);
		return GR_BAD;
	}
	if (kind == CONFIGURED_PATH_FOREIGN) {
		complain("%s: not a regular file", seat->path);
		return GR_BAD;
	}
	if (kind == CONFIGURED_PATH_PLAIN && !seat->token && is_mounted(seat)) {
		complain("%s: a mount point of its own, which cannot be replaced; mount its "
			 "directory instead",
			 seat->path);
		return GR_BAD;
	}
	return GR_OK;
}

static void temp_name(char to[static NAME_MAX + 1], const struct configured_path *seat)
{
	str_format(to, NAME_MAX + 1, ".%s.gr-link", seat->name);	/* fits: SEAT_NAME_MAX */
}

enum status configured_path_prepare(const struct configured_path *seat)
{
	char temp[NAME_MAX + 1];
	struct owner was;
	int err = 0;

	if (seat->token)
		return GR_OK;
	temp_name(temp, seat);
	if (owner_become_of(&was, seat->dir, seat->home) != GR_OK)
		return GR_FAIL;
	unlinkat(seat->dir, temp, 0);
	if (symlinkat(seat->link, seat->dir, temp) != 0)
		err = errno;
	if (owner_restore(&was) != GR_OK)
		return GR_FAIL;
	if (err == EPERM || err == EOPNOTSUPP || err == ENOSYS) {
		complain("%s: this file system has no symbolic links; keep key and certificate on "
			 "one that has",
			 seat->home);
		return GR_BAD;
	}
	if (err == 0)
		return GR_OK;
	complain("%s: no link can be made here: %s", seat->home, strerror(err));
	return GR_FAIL;
}

enum status configured_path_take(const struct configured_path *seat)
{
	char temp[NAME_MAX + 1];
	struct owner was;
	enum status st;

	if (seat->token)
		return GR_OK;
	temp_name(temp, seat);
	if (owner_become_of(&was, seat->dir, seat->home) != GR_OK)
		return GR_FAIL;
	if (renameat(seat->dir, temp, seat->dir, seat->name) == 0) {
		st = file_sync_dir(seat->dir, seat->home);
	} else {
		st = errno == EBUSY ? GR_BAD : GR_FAIL;
		complain("%s: cannot be replaced by a link: %s", seat->path, strerror(errno));
	}
	return owner_restore(&was) == GR_OK ? st : GR_FAIL;
}

void configured_path_unprepare(const struct configured_path *seat)
{
	char temp[NAME_MAX + 1];
	struct owner was;

	if (seat->token)
		return;
	temp_name(temp, seat);
	if (owner_become_of(&was, seat->dir, seat->home) != GR_OK)
		return;
	unlinkat(seat->dir, temp, 0);
	owner_restore(&was);
}
