/* SPDX-License-Identifier: Apache-2.0 */
/* garbage.c - removes what the store no longer needs */
#include "store/garbage.h"
#include "complain.h"
#include "file.h"
#include "store/generation.h"
#include "store/key_backend.h"
#include "str.h"

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

/* A stream of its own, from the beginning. */
static enum status open_stream(DIR **stream, const struct store *store, const char *name)
{
	int fd = openat(store->dir, name, DIR_FLAGS);

	*stream = fd < 0 ? NULL : fdopendir(fd);
	if (*stream)
		return GR_OK;
	complain_errno(store, name);
	if (fd >= 0)
		close(fd);
	return GR_FAIL;
}

/* Linux says EISDIR of a directory, POSIX EPERM. */
static bool is_directory(int err)
{
	return err == EISDIR || err == EPERM;
}

/* Unlinks every file in the directory that is chosen; directories are left. */
static enum status unlink_in(unsigned *removed, const struct store *store, const char *name,
			     bool (*chosen)(const char *))
{
	enum status st;
	struct dirent *e;
	DIR *stream;
	bool read;

	st = open_stream(&stream, store, name);
	if (st != GR_OK)
		return st;
	while ((read = file_next(&e, stream)) && e) {
		if (!chosen(e->d_name))
			continue;
		if (unlinkat(dirfd(stream), e->d_name, 0) == 0)
			++*removed;
		else if (!is_directory(errno))
			st = complain_errno(store, name);
	}
	if (!read)
		st = complain_errno(store, name);
	closedir(stream);
	return st;
}

/* A generation that was destroyed, not one that was only being brought in. */
static bool is_destroyed(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".dead") == 0;
}

/* Destroys what the key file in this directory names outside the store. */
static enum status destroy_outside(const struct store *store, const char *name)
{
	struct generation_file file;
	enum status st = generation_key_in(&file, store, name);

	if (st == GR_OK)
		st = key_backend_of(file.data)->destroy(store, &file);
	generation_file_release(&file);
	return st == GR_NO ? GR_OK : st;
}

/* *later: the token cannot do it now; one line says why, and the directory stays for later. */
static enum status remove_dir(bool *later, const struct store *store, const char *name)
{
	unsigned files = 0;
	enum status st;

	*later = is_destroyed(name) && destroy_outside(store, name) != GR_OK;
	if (*later)
		return GR_OK;
	st = unlink_in(&files, store, name, is_any);
	if (st != GR_OK)
		return st;
	if (unlinkat(store->dir, name, AT_REMOVEDIR) != 0)
		return complain_errno(store, name);
	return store_sync(store);
}

/* An earlier generation of this number, of which something is left in its token. */
static enum status remove_leftover(const struct store *store, const char *name)
{
	enum status st;
	bool later;

	if (faccessat(store->dir, name, F_OK, AT_EACCESS) != 0)
		return GR_OK;
	st = remove_dir(&later, store, name);
	return later ? GR_FAIL : st;
}

enum status garbage_generation(const struct store *store, uint32_t generation)
{
	char name[NAME_SIZE], dead[NAME_SIZE];
	enum status st;
	bool later;

	snprintf(name, sizeof name, "%lu", (unsigned long)generation);
	snprintf(dead, sizeof dead, ".%lu.dead", (unsigned long)generation);
	st = remove_leftover(store, dead);
	if (st != GR_OK)
		return st;
	if (renameat(store->dir, name, store->dir, dead) != 0)
		return errno == ENOENT ? store_sync(store) : complain_errno(store, name);
	st = store_sync(store);
	if (st != GR_OK)
		return st;
	return remove_dir(&later, store, dead);
}

/* The first temporary name in the store; "": there is none. */
static enum status first_temporary(char name[static NAME_SIZE], const struct store *store)
{
	enum status st;
	struct dirent *e;
	DIR *stream;
	bool read;

	name[0] = '\0';
	st = open_stream(&stream, store, ".");
	if (st != GR_OK)
		return st;
	while ((read = file_next(&e, stream)) && e) {
		if (is_temporary(e->d_name) && str_copy(name, NAME_SIZE, e->d_name))
			break;
	}
	if (!read)
		st = complain_errno(store, ".");
	closedir(stream);
	return st;
}

/*
 * Removes the directories of destroyed generations and of imports that did not end; stops at one
 * whose token is away. The store is opened again after each removal: readdir is unspecified while
 * entries go.
 */
static enum status remove_dirs(unsigned *removed, const struct store *store)
{
	char name[NAME_SIZE];
	enum status st;
	bool later;

	for (;;) {
		st = first_temporary(name, store);
		if (st != GR_OK || !name[0])
			return st;
		st = remove_dir(&later, store, name);
		if (st != GR_OK || later)
			return st;
		++*removed;
	}
}

static enum status remove_in_generations(unsigned *removed, const struct store *store)
{
	struct generation_list list;
	char name[NAME_SIZE];
	enum status st;

	st = generation_list(&list, store);
	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		snprintf(name, sizeof name, "%lu", (unsigned long)list.number[i]);
		st = unlink_in(removed, store, name, is_temporary);
	}
	return st;
}

enum status garbage_temporary(unsigned *removed, const struct store *store)
{
	enum status st;

	*removed = 0;
	st = unlink_in(removed, store, ".", is_temporary);
	if (st != GR_OK)
		return st;
	st = remove_dirs(removed, store);
	if (st != GR_OK)
		return st;
	st = remove_in_generations(removed, store);
	generation_untry(store);
	configured_path_unprepare(&store->key);
	configured_path_unprepare(&store->certificate);
	return st;
}
