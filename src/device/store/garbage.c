/* SPDX-License-Identifier: Apache-2.0 */
/* garbage.c - what goes from the store */
#include "store/garbage.h"
#include "complain.h"
#include "file.h"
#include "store/generation.h"
#include "store/relabel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, NAME_SIZE = 32 };

static enum status complain_errno(const struct store *store, const char *name)
{
	complain("%s/%s: cannot be removed: %s", store->path, name, strerror(errno));
	return GR_FAIL;
}

static bool is_temporary(const char *name)
{
	return name[0] == '.' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool is_any(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Unlinks every file in dir that is chosen; directories are left. */
static enum status unlink_in(unsigned *removed, const struct store *store, const char *name,
			     bool (*chosen)(const char *))
{
	int fd = openat(store->dir, name, DIR_FLAGS);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	enum status st = GR_OK;
	struct dirent *e;
	bool read;

	if (!stream) {
		complain_errno(store, name);
		if (fd >= 0)
			close(fd);
		return GR_FAIL;
	}
	while ((read = file_next(&e, stream)) && e) {
		if (!chosen(e->d_name))
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0)
			++*removed;
		else if (errno != EISDIR &&
			 errno != EPERM) /* a directory: Linux says the first, POSIX the second */
			st = complain_errno(store, name);
	}
	if (!read)
		st = complain_errno(store, name);
	closedir(stream);
	return st;
}

/*
 * A generation that is dead takes its objects along; one that was only being brought in has none
 * of its own.
 */
static bool is_dead(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".dead") == 0;
}

/* GR_NO, one line: the token does not do it now; another sweep will. */
static enum status remove_dir(const struct store *store, const char *name)
{
	unsigned files = 0;
	enum status st;

	if (is_dead(name) && relabel_destroy(store, name) != GR_OK)
		return GR_NO;
	if ((st = unlink_in(&files, store, name, is_any)) != GR_OK)
		return st;
	return unlinkat(store->dir, name, AT_REMOVEDIR) == 0 ? store_sync(store)
							     : complain_errno(store, name);
}

enum status garbage_generation(const struct store *store, uint32_t generation)
{
	char name[NAME_SIZE], dead[NAME_SIZE];
	enum status st;

	snprintf(name, sizeof name, "%lu", (unsigned long)generation);
	snprintf(dead, sizeof dead, ".%lu.dead", (unsigned long)generation);
	if (faccessat(store->dir, dead, F_OK, AT_EACCESS) == 0 &&
	    (st = remove_dir(store, dead)) != GR_OK)
		return st == GR_NO ? GR_FAIL : st;
	if (renameat(store->dir, name, store->dir, dead) != 0)
		return errno == ENOENT ? store_sync(store) : complain_errno(store, name);
	if ((st = store_sync(store)) != GR_OK)
		return st;
	return (st = remove_dir(store, dead)) == GR_NO ? GR_OK : st;
}

/*
 * Directories of a dead generation or an import that did not end. One a round: removing moves the
 * stream's ground.
 */
static enum status remove_dirs(unsigned *removed, const struct store *store)
{
	enum status st = GR_OK;
	struct dirent *e;
	char name[NAME_SIZE];
	DIR *stream;
	bool read;
	int fd;

	do {
		fd = openat(store->dir, ".", DIR_FLAGS);
		if (!(stream = fd < 0 ? NULL : fdopendir(fd))) {
			complain_errno(store, ".");
			if (fd >= 0)
				close(fd);
			return GR_FAIL;
		}
		while ((read = file_next(&e, stream)) && e &&
		       (!is_temporary(e->d_name) || strlen(e->d_name) >= sizeof name))
			;
		if (!read)
			st = complain_errno(store, ".");
		if (e)
			memcpy(name, e->d_name, strlen(e->d_name) + 1);
		closedir(stream);
		if (e && (st = remove_dir(store, name)) == GR_OK)
			++*removed;
	} while (e && st == GR_OK);
	return st == GR_NO ? GR_OK : st;
}

enum status garbage_temporary(unsigned *removed, const struct store *store)
{
	struct generation_list list;
	enum status st;

	*removed = 0;
	if ((st = unlink_in(removed, store, ".", is_temporary)) != GR_OK ||
	    (st = remove_dirs(removed, store)) != GR_OK ||
	    (st = generation_list(&list, store)) != GR_OK)
		return st;
	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		char name[NAME_SIZE];

		snprintf(name, sizeof name, "%lu", (unsigned long)list.number[i]);
		st = unlink_in(removed, store, name, is_temporary);
	}
	configured_path_unprepare(&store->key);
	configured_path_unprepare(&store->certificate);
	return st;
}
