/* SPDX-License-Identifier: Apache-2.0 */
/* unfinished.c - the mark of an authority that gr-ca init has begun to make */
#include "gr-ca/unfinished.h"
#include "complain.h"
#include "file.h"
#include "str.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status mark_path(char path[static PATH_MAX], const char *dir, const char *name)
{
	if (str_format(path, PATH_MAX, "%s/.%s.unfinished", dir, name))
		return GR_OK;
	complain("%s: the path is too long", dir);
	return GR_BAD;
}

bool unfinished_is(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat own;

	return str_format(path, sizeof path, "%s/.%s.unfinished", dir, name) &&
	    lstat(path, &own) == 0;
}

enum status unfinished_mark(const char *dir, const char *name)
{
	char path[PATH_MAX];
	enum status st = mark_path(path, dir, name);

	return st == GR_OK ? file_replace(path, "", 0, 0600) : st;
}

enum status unfinished_clear(int dirfd, const char *dir, const char *name)
{
	char path[PATH_MAX];
	enum status st = mark_path(path, dir, name);

	if (st != GR_OK)
		return st;
	if (unlink(path) == 0)
		return file_sync_dir(dirfd, dir);
	if (errno == ENOENT)
		return GR_OK;
	complain("%s: cannot be removed: %s", path, strerror(errno));
	return GR_FAIL;
}
