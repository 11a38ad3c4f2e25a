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

enum { CONFIGURED_NAME_MAX = NAME_MAX - 32 };	/* leaves room for what temporary names add */

/* Where the last component of text begins. */
static const char *last_component(const char *text)
{
	const char *slash = strrchr(text, '/');

	return slash ? slash + 1 : text;
}

static bool is_file_name(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	    strlen(name) <= CONFIGURED_NAME_MAX;
}

/* What comes before the last component. False: it does not fit. */
static bool directory_of(char to[static PATH_MAX], const char *text)
{
	const char *slash = strrchr(text, '/');

	if (!slash)
		return str_copy(to, PATH_MAX, ".");
	return str_format(to, PATH_MAX, "%.*s", slash == text ? 1 : (int)(slash - text), text);
}

enum status configured_path_open(struct configured_path *path, const char *text)
{
	const char *name = last_component(text);
	char dir[PATH_MAX];

	*path = (struct configured_path){ .path = text, .dir = -1, .token = uri_is(text) };
	if (path->token)
		return GR_OK;
	if (!is_file_name(name) || !directory_of(dir, text)) {
		complain("%s: not the path of a file, or too long", text);
		return GR_BAD;
	}
	str_copy(path->name, sizeof path->name, name);
	path->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (path->dir >= 0 && realpath(dir, path->home))
		return GR_OK;
	complain("%s: %s", dir, strerror(errno));
	return GR_FAIL;
}

void configured_path_close(struct configured_path *path)
{
	if (path->dir >= 0)
		close(path->dir);
	path->dir = -1;
}

/* Where the link at the path leads. -1: there is none that can be read. */
static ssize_t read_link(char to[static PATH_MAX], const struct configured_path *path)
{
	ssize_t n = readlinkat(path->dir, path->name, to, PATH_MAX - 1);

	to[n < 0 ? 0 : n] = '\0';
	return n;
}

static enum status complain_errno(const struct configured_path *path)
{
	complain("%s: %s", path->path, strerror(errno));
	return GR_FAIL;
}

enum status configured_path_look(enum configured_path_kind *kind,
				 const struct configured_path *path)
{
	char target[PATH_MAX];
	struct stat st;

	*kind = CONFIGURED_PATH_MISSING;
	if (path->token) {
		*kind = path->adopted ? CONFIGURED_PATH_OURS : CONFIGURED_PATH_OBJECT;
		return GR_OK;
	}
	if (fstatat(path->dir, path->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? GR_OK : complain_errno(path);
	*kind = S_ISREG(st.st_mode) ? CONFIGURED_PATH_PLAIN : CONFIGURED_PATH_FOREIGN;
	if (!S_ISLNK(st.st_mode))
		return GR_OK;
	if (read_link(target, path) < 0)
		return complain_errno(path);
	if (strcmp(target, path->link) == 0)
		*kind = CONFIGURED_PATH_OURS;
	return GR_OK;
}

bool configured_path_is_adoptable(enum configured_path_kind kind)
{
	return kind == CONFIGURED_PATH_PLAIN || kind == CONFIGURED_PATH_OBJECT;
}

/*
 * A rename cannot replace a mount point (EBUSY). Before Linux 5.8 only one from another file
 * system can be told.
 */
static bool is_mounted(const struct configured_path *path)
{
	struct stat dir, file;
	struct statx sx;

	if (statx(path->dir, path->name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &sx) == 0 &&
	    sx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)
		return sx.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	return fstat(path->dir, &dir) == 0 &&
	    fstatat(path->dir, path->name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	    dir.st_dev != file.st_dev;
}

static enum status complain_foreign(const struct configured_path *path)
{
	char target[PATH_MAX];

	if (read_link(target, path) >= 0)
		complain("%s: a symbolic link to %s that is not ours; configure the path of the "
			 "file itself",
			 path->path, target);
	else
		complain("%s: not a regular file", path->path);
	return GR_BAD;
}

enum status configured_path_check(const struct configured_path *path)
{
	enum configured_path_kind kind;
	enum status st;

	st = configured_path_look(&kind, path);
	if (st != GR_OK)
		return st;
	if (kind == CONFIGURED_PATH_FOREIGN)
		return complain_foreign(path);
	if (kind == CONFIGURED_PATH_PLAIN && is_mounted(path)) {
		complain("%s: a mount point of its own, which cannot be replaced; mount its "
			 "directory instead",
			 path->path);
		return GR_BAD;
	}
	return GR_OK;
}

static void temp_name(char to[static NAME_MAX + 1], const struct configured_path *path)
{
	/* fits: CONFIGURED_NAME_MAX */
	str_format(to, NAME_MAX + 1, ".%s.gr-link", path->name);
}

enum status configured_path_prepare(const struct configured_path *path)
{
	char temp[NAME_MAX + 1];
	struct owner was;
	int err = 0;

	temp_name(temp, path);
	if (owner_become_of(&was, path->dir, path->home) != GR_OK)
		return GR_FAIL;
	unlinkat(path->dir, temp, 0);
	if (symlinkat(path->link, path->dir, temp) != 0)
		err = errno;
	if (owner_restore(&was) != GR_OK)
		return GR_FAIL;
	if (err == 0)
		return GR_OK;
	if (err == EPERM || err == EOPNOTSUPP || err == ENOSYS) {
		complain("%s: this file system has no symbolic links; keep key and certificate on "
			 "one that has",
			 path->home);
		return GR_BAD;
	}
	complain("%s: no link can be made here: %s", path->home, strerror(err));
	return GR_FAIL;
}

enum status configured_path_take(const struct configured_path *path)
{
	char temp[NAME_MAX + 1];
	struct owner was;
	enum status st;

	temp_name(temp, path);
	if (owner_become_of(&was, path->dir, path->home) != GR_OK)
		return GR_FAIL;
	if (renameat(path->dir, temp, path->dir, path->name) == 0) {
		st = file_sync_dir(path->dir, path->home);
	} else {
		st = errno == EBUSY ? GR_BAD : GR_FAIL;
		complain("%s: cannot be replaced by a link: %s", path->path, strerror(errno));
	}
	return owner_restore(&was) == GR_OK ? st : GR_FAIL;
}

void configured_path_unprepare(const struct configured_path *path)
{
	char temp[NAME_MAX + 1];
	struct owner was;

	if (path->token)
		return;
	temp_name(temp, path);
	if (owner_become_of(&was, path->dir, path->home) != GR_OK)
		return;
	unlinkat(path->dir, temp, 0);
	owner_restore(&was);
}
