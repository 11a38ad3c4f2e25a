/* SPDX-License-Identifier: Apache-2.0 */
/* archive.c - the folder that a backup is */
#include "gr-registry/archive.h"
#include "base/file_copy.h"
#include "complain.h"
#include "file.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEX = FILE_HEX, SUMS_MAX = 1 << 20 };
static const char sums_name[] = "SHA256SUMS";

static enum status fail(const char *path)
{
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

/* Names come from a file that somebody may have written. */
static bool is_inside(const char *name)
{
	return name[0] && name[0] != '/' && !strstr(name, "..") && str_is_name(name, 200, "._-/");
}

enum status archive_path(char path[static PATH_MAX], const struct archive *a, const char *name)
{
	if (str_format(path, PATH_MAX, "%s/%s", a->dir, name))
		return GR_OK;
	complain("%s/%s: the path is too long", a->dir, name);
	return GR_BAD;
}

static enum status add_sum(struct archive *a, const char *name, const char *hex)
{
	size_t len = a->sums ? strlen(a->sums) : 0, size = len + strlen(name) + HEX + 4;
	char *more = realloc(a->sums, size);

	if (!more) {
		complain("out of memory");
		return GR_FAIL;
	}
	a->sums = more;
	str_format(more + len, size - len, "%s  %s\n", hex, name);
	return GR_OK;
}

/* What is in a folder of ours, one level of folders deep. */
static void empty(const char *path, int depth)
{
	DIR *dir = opendir(path);
	char inside[PATH_MAX];
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    str_format(inside, sizeof inside, "%s/%s", path, entry->d_name) &&
		    unlink(inside) != 0 && depth > 0) {
			empty(inside, depth - 1);
			rmdir(inside);
		}
	if (dir)
		closedir(dir);
}

enum status archive_make(struct archive *a, const char *path)
{
	struct stat info;

	*a = (struct archive){ 0 };
	if (!str_copy(a->final, sizeof a->final, path) ||
	    !str_format(a->dir, sizeof a->dir, "%s.partial", path)) {
		complain("%s: the path is too long", path);
		return GR_BAD;
	}
	if (lstat(path, &info) == 0) {
		complain("%s: is there already", path);
		a->dir[0] = '\0';
		return GR_BAD;
	}
	empty(a->dir, 1);
	rmdir(a->dir);
	if (mkdir(a->dir, 0700) == 0)
		return GR_OK;
	complain("%s: %s", a->dir, strerror(errno));
	a->dir[0] = '\0';
	return errno == ENOENT ? GR_BAD : GR_FAIL;
}

enum status archive_mkdir(const struct archive *a, const char *name)
{
	char path[PATH_MAX];
	enum status st = archive_path(path, a, name);

	return st != GR_OK || mkdir(path, 0700) == 0 ? st : fail(path);
}

enum status archive_copy(struct archive *a, const char *name, const char *from, off_t len)
{
	char path[PATH_MAX], hex[HEX];
	enum status st = archive_path(path, a, name);

	if (st == GR_OK && (st = file_copy(hex, path, from, len)) == GR_NO) {
		complain("%s: became shorter while it was read", from);
		st = GR_FAIL;
	}
	return st == GR_OK ? add_sum(a, name, hex) : st;
}

enum status archive_write(struct archive *a, const char *name, const void *data, size_t len)
{
	char path[PATH_MAX];
	enum status st = archive_path(path, a, name);

	if (st == GR_OK && (st = file_replace(path, data, len, 0600)) == GR_OK)
		st = archive_note(a, name);
	return st;
}

enum status archive_note(struct archive *a, const char *name)
{
	char path[PATH_MAX], hex[HEX];
	enum status st = archive_path(path, a, name);

	if (st == GR_OK)
		st = file_digest(hex, path, -1);
	return st == GR_OK ? add_sum(a, name, hex) : st;
}

static enum status sync_folder_of(void *arg, const char *name)
{
	char path[PATH_MAX];
	enum status st = archive_path(path, arg, name);

	return st == GR_OK ? file_sync_parent(path) : st;
}

enum status archive_finish(struct archive *a)
{
	char path[PATH_MAX];
	enum status st;

	if ((st = archive_path(path, a, sums_name)) != GR_OK)
		return st;
	if ((st = file_replace(path, a->sums, strlen(a->sums), 0600)) != GR_OK)
		return st;
	if ((st = archive_each(a, sync_folder_of, a)) != GR_OK)
		return st;
	if (rename(a->dir, a->final) != 0)
		return fail(a->final);
	a->dir[0] = '\0';
	return file_sync_parent(a->final);
}

enum status archive_each(const struct archive *a, enum status (*each)(void *arg, const char *name),
			 void *arg)
{
	enum status st = GR_OK;
	char name[256];

	for (const char *line = a->sums, *end; st == GR_OK && (end = strchr(line, '\n'));
	     line = end + 1) {
		if (end - line < HEX + 2 ||
		    !str_format(name, sizeof name, "%.*s", (int)(end - line) - HEX - 1,
				line + HEX + 1) ||
		    !is_inside(name)) {
			complain("%s/%s: not as it was written", a->dir, sums_name);
			return GR_BAD;
		}
		st = each(arg, name);
	}
	return st;
}

/* The sum of a file that is known by now to be in the list. */
static void sum_of(char hex[static HEX], const struct archive *a, const char *name)
{
	char entry[300];
	const char *at;

	str_format(entry, sizeof entry, "  %s\n", name);
	at = strstr(a->sums, entry);
	str_format(hex, HEX, "%.64s", at && at - a->sums >= HEX - 1 ? at - (HEX - 1) : "");
}

static enum status check(void *arg, const char *name)
{
	const struct archive *a = arg;
	char path[PATH_MAX], is[HEX], was[HEX];
	enum status st = archive_path(path, a, name);

	if (st != GR_OK || (st = file_digest(is, path, -1)) == GR_FAIL)
		return st;
	sum_of(was, a, name);
	if (st == GR_OK && strcmp(is, was) == 0)
		return GR_OK;
	complain("%s: not what was put into this backup", path);
	return GR_BAD;
}

enum status archive_open(struct archive *a, const char *path)
{
	char sums[PATH_MAX];
	size_t len = 0;
	enum status st;

	*a = (struct archive){ 0 };
	str_copy(a->dir, sizeof a->dir, path);
	if ((st = archive_path(sums, a, sums_name)) == GR_OK &&
	    (st = file_read(&a->sums, &len, sums, SUMS_MAX)) == GR_NO) {
		complain("%s: not a backup; there is no %s", path, sums_name);
		st = GR_BAD;
	}
	/* it is no partial one: not ours to take away */
	str_copy(a->final, sizeof a->final, path);
	return st == GR_OK ? archive_each(a, check, a) : st;
}

enum status archive_begins(off_t *len, const struct archive *a, const char *name, const char *path)
{
	char here[PATH_MAX], is[HEX], was[HEX];
	struct stat info;
	enum status st = archive_path(here, a, name);

	if (st != GR_OK)
		return st;
	if (stat(here, &info) != 0)
		return fail(here);
	*len = info.st_size;
	sum_of(was, a, name);
	st = file_digest(is, path, info.st_size);
	return st == GR_OK && strcmp(is, was) != 0 ? GR_NO : st;
}

enum status archive_put(const struct archive *a, const char *name, const char *to, mode_t mode)
{
	char path[PATH_MAX];
	enum status st = archive_path(path, a, name);

	return st == GR_OK ? file_copy_whole(to, path, mode) : st;
}

void archive_release(struct archive *a)
{
	if (a->dir[0] && strcmp(a->dir, a->final) != 0) {
		empty(a->dir, 1);
		rmdir(a->dir);
	}
	free(a->sums);
	*a = (struct archive){ 0 };
}
