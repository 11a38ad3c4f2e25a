/* SPDX-License-Identifier: Apache-2.0 */
/* generation.c - numbered directories of the store */
#include "store/generation.h"
#include "complain.h"
#include "file.h"
#include "key.h"
#include "owner.h"
#include "secret.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK "committed"
#define IMPORT ".import"	/* the directory of a generation that is being brought in */

enum { DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, NAME_SIZE = 32 };

static void name_of(char to[static NAME_SIZE], uint32_t generation)
{
	snprintf(to, NAME_SIZE, "%lu", (unsigned long)generation);
}

/* 0: not a generation's name. */
static uint32_t number_of(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < 9 && name[0] != '0' && strspn(name, "0123456789") == n
	    ? (uint32_t)strtoul(name, NULL, 10)
	    : 0;
}

void generation_where(char to[static GENERATION_WHERE], const struct store *store,
		      uint32_t generation)
{
	if (!str_format(to, GENERATION_WHERE, "%s/%lu", store->path, (unsigned long)generation))
		name_of(to, generation);
}

static enum status complain_errno(const struct store *store, const char *name)
{
	complain("%s/%s: %s", store->path, name, strerror(errno));
	return GR_FAIL;
}

/* A stream of its own, so that reading it moves no offset of dir. */
static enum status open_stream(DIR **stream, const struct store *store, int dir, const char *name)
{
	int fd = openat(dir, name, DIR_FLAGS);

	if (fd >= 0 && (*stream = fdopendir(fd)))
		return GR_OK;
	complain_errno(store, name);
	if (fd >= 0)
		close(fd);
	return GR_FAIL;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

enum status generation_list(struct generation_list *list, const struct store *store)
{
	struct dirent *e;
	DIR *stream;
	uint32_t n;
	bool read;

	list->count = 0;
	if (store->dir < 0)
		return GR_OK;
	if (open_stream(&stream, store, store->dir, ".") != GR_OK)
		return GR_FAIL;
	while ((read = file_next(&e, stream)) && e) {
		n = number_of(e->d_name);
		if (n == 0)
			continue;
		if (list->count == GENERATION_MAX) {
			complain("%s: more than %d generations", store->path, GENERATION_MAX);
			closedir(stream);
			return GR_BAD;
		}
		list->number[list->count++] = n;
	}
	if (!read)
		complain_errno(store, ".");
	closedir(stream);
	if (!read)
		return GR_FAIL;
	qsort(list->number, list->count, sizeof list->number[0], by_number);
	return GR_OK;
}

enum status generation_next(uint32_t *generation, const struct store *store)
{
	struct generation_list list;
	enum status st = generation_list(&list, store);

	if (st == GR_OK)
		*generation = list.count ? list.number[list.count - 1] + 1 : 1;
	return st;
}

static enum status open_dir(int *fd, const struct store *store, const char *name)
{
	int dir = store->dir < 0 ? -1 : openat(store->dir, name, DIR_FLAGS);

	if (dir < 0 && (store->dir < 0 || errno == ENOENT))
		return GR_NO;
	if (dir < 0)
		return complain_errno(store, name);
	*fd = dir;
	return GR_OK;
}

enum status generation_open(int *fd, const struct store *store, uint32_t generation)
{
	char name[NAME_SIZE];

	name_of(name, generation);
	return open_dir(fd, store, name);
}

enum status generation_has(const struct store *store, uint32_t generation, const char *file)
{
	struct stat own;
	enum status st;
	int fd;

	st = generation_open(&fd, store, generation);
	if (st != GR_OK)
		return st;
	if (fstatat(fd, file, &own, AT_SYMLINK_NOFOLLOW) != 0)
		st = errno == ENOENT ? GR_NO : complain_errno(store, file);
	close(fd);
	return st;
}

enum status generation_is_committed(const struct store *store, uint32_t generation)
{
	return generation_has(store, generation, MARK);
}

/* What belongs to another user root reads as root. */
enum status generation_file_read(struct generation_file *file, int dir, const char *name,
				 const char *where, size_t max)
{
	struct owner was = { geteuid(), getegid() };
	struct stat found;
	enum status st;

	if (fstatat(dir, name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return GR_NO;
		complain("%s: %s", where, strerror(errno));
		return GR_FAIL;
	}
	if (found.st_uid != geteuid() && (st = owner_become(&was, 0, 0)) != GR_OK)
		return st;
	st = secret_read_at(&file->data, &file->len, &file->stat, dir, name, where, max);
	return owner_restore(&was) == GR_OK ? st : GR_FAIL;
}

void generation_file_release(struct generation_file *file)
{
	secret_free(file->data, file->len);
	*file = (struct generation_file){ .data = NULL };
}

enum status generation_key_in(struct generation_file *file, const struct store *store,
			      const char *directory)
{
	enum status st;
	int fd;

	*file = (struct generation_file){ .data = NULL };
	st = open_dir(&fd, store, directory);
	if (st != GR_OK)
		return st;
	st = generation_file_read(file, fd, STORE_KEY_FILE, store->path, KEY_FILE_MAX);
	close(fd);
	return st;
}

enum status generation_key(struct generation_file *file, const struct store *store,
			   uint32_t generation)
{
	char name[NAME_SIZE];

	name_of(name, generation);
	return generation_key_in(file, store, name);
}

/*
 * Gives dir the group and mode of the store's directory. Only root may give to a group that it is
 * not in; dir is held open.
 */
static enum status open_to_readers(int dir, const struct store *store)
{
	struct stat want, own;
	struct owner was;
	int failed = 0;

	if (fstat(store->dir, &want) != 0 || fstat(dir, &own) != 0)
		return complain_errno(store, ".");
	if (own.st_gid == want.st_gid && (own.st_mode & 07777) == (want.st_mode & 07777))
		return GR_OK;
	if (owner_become(&was, 0, 0) != GR_OK)
		return GR_FAIL;
	if (own.st_gid != want.st_gid && fchown(dir, (uid_t)-1, want.st_gid) != 0)
		failed = errno;
	if (failed == 0 && fchmod(dir, want.st_mode & 0777) != 0)
		failed = errno;
	if (failed)
		complain("%s: a new generation cannot be opened to the readers of the key: %s",
			 store->path, strerror(failed));
	if (owner_restore(&was) != GR_OK)
		return GR_FAIL;
	return failed ? owner_refusal(failed) : GR_OK;
}

static enum status make_dir(int *fd, const struct store *store, const char *name)
{
	enum status st;

	if (mkdirat(store->dir, name, 0700) != 0 && errno != EEXIST)
		return complain_errno(store, name);
	if (open_dir(fd, store, name) != GR_OK)
		return GR_FAIL;
	st = open_to_readers(*fd, store);
	if (st == GR_OK)
		st = store_sync(store);
	if (st != GR_OK)
		close(*fd);
	return st;
}

enum status generation_make(const struct store *store, uint32_t generation)
{
	char name[NAME_SIZE];
	enum status st;
	int fd;

	name_of(name, generation);
	st = make_dir(&fd, store, name);
	if (st == GR_OK)
		close(fd);
	return st;
}

/*
 * Root writes what belongs to another user as root: into a directory held open, under a new name.
 * Without data it only tries to, and file is the temporary name itself.
 */
static enum status write_file(int dir, const char *where, const char *file, const void *data,
			      size_t len, const struct stat *like)
{
	bool foreign = like->st_uid != geteuid() || like->st_gid != getegid();
	struct owner was = { geteuid(), getegid() };
	enum status st;

	if (foreign && (st = owner_become(&was, 0, 0)) != GR_OK)
		return st;
	st = data ? file_replace_like_at(dir, file, where, data, len, like)
		  : file_try_like_at(dir, file, where, like);
	return owner_restore(&was) == GR_OK ? st : GR_FAIL;
}

/* Beside the store, which need not be there yet; after a cut it is found by its name. */
static void try_name(char to[static NAME_MAX + 1], const struct store *store)
{
	/* fits: the name of a configured path leaves room */
	str_format(to, NAME_MAX + 1, ".%s.gr-try", store->place.name);
}

enum status generation_try(const struct store *store, const struct stat *key,
			   const struct stat *certificate)
{
	char name[NAME_MAX + 1];
	enum status st;

	try_name(name, store);
	st = write_file(store->place.dir, store->key.path, name, NULL, 0, key);
	if (st != GR_OK)
		return st;
	return write_file(store->place.dir, store->certificate.path, name, NULL, 0, certificate);
}

void generation_untry(const struct store *store)
{
	char name[NAME_MAX + 1];

	try_name(name, store);
	unlinkat(store->place.dir, name, 0);
}

enum status generation_write(const struct store *store, uint32_t generation, const char *file,
			     const void *data, size_t len, const struct stat *like)
{
	char where[GENERATION_WHERE];
	enum status st;
	int fd;

	generation_where(where, store, generation);
	st = generation_open(&fd, store, generation);
	if (st == GR_NO) {
		complain("%s: there is no such generation", where);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	st = write_file(fd, where, file, data, len, like);
	close(fd);
	return st;
}

static enum status set_mark(int dir, const char *where)
{
	return file_replace_at(dir, MARK, where, "", 0, 0644);
}

enum status generation_commit(const struct store *store, uint32_t generation)
{
	char where[GENERATION_WHERE];
	enum status st;
	int fd;

	generation_where(where, store, generation);
	st = generation_open(&fd, store, generation);
	if (st != GR_OK)
		return st;
	st = generation_is_committed(store, generation);
	if (st == GR_OK)
		st = file_sync_dir(fd, where);
	else if (st == GR_NO)
		st = set_mark(fd, where);
	close(fd);
	return st;
}

static enum status write_all(int dir, const struct store *store,
			     const struct generation_file *key,
			     const struct generation_file *certificate)
{
	enum status st;

	st = write_file(dir, store->path, STORE_KEY_FILE, key->data, key->len, &key->stat);
	if (st != GR_OK)
		return st;
	st = write_file(dir, store->path, STORE_CERTIFICATE_FILE, certificate->data,
			certificate->len, &certificate->stat);
	if (st != GR_OK)
		return st;
	return set_mark(dir, store->path);
}

enum status generation_import(const struct store *store, uint32_t generation,
			      const struct generation_file *key,
			      const struct generation_file *certificate)
{
	char name[NAME_SIZE];
	enum status st;
	int fd;

	name_of(name, generation);
	st = make_dir(&fd, store, IMPORT);
	if (st != GR_OK)
		return st;
	st = write_all(fd, store, key, certificate);
	close(fd);
	if (st != GR_OK)
		return st;
	if (renameat(store->dir, IMPORT, store->dir, name) != 0)
		return complain_errno(store, name);
	return store_sync(store);
}
