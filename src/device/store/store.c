/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - the directory of the generations and its links */
#include "store/store.h"
#include "complain.h"
#include "file.h"
#include "store/token_key_store.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORE_FORMAT "gr-store 1\n"

enum { DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* Opens a directory that must be ours: GR_NO, silent, when there is none. */
static enum status open_own(int *fd, int parent, const char *name,
			    const struct configured_path *place)
{
	struct stat st, home;
	int dir = openat(parent, name, DIR_FLAGS);

	if (dir < 0 && errno == ENOENT)
		return GR_NO;
	if (dir < 0 && (errno == ENOTDIR || errno == ELOOP)) {
		complain("%s/.gr: %s is in the way: not a directory", place->home, name);
		return GR_BAD;
	}
	if (dir < 0 || fstat(dir, &st) != 0 || fstat(place->dir, &home) != 0) {
		complain("%s/.gr: %s: %s", place->home, name, strerror(errno));
		if (dir >= 0)
			close(dir);
		return GR_FAIL;
	}
	if ((st.st_uid != geteuid() && st.st_uid != home.st_uid && st.st_uid != 0) ||
	    st.st_mode & 022) {
		complain("%s/.gr: %s is foreign: user %lu owns it, mode %04o", place->home, name,
			 (unsigned long)st.st_uid, (unsigned)(st.st_mode & 07777));
		close(dir);
		return GR_BAD;
	}
	*fd = dir;
	return GR_OK;
}

/* A cut may have come before the format mark: then nothing but temporary names lies there. */
static bool is_bare(int dir)
{
	int fd = openat(dir, ".", DIR_FLAGS);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool read;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	do
		read = file_next(&e, d);
	while (e && e->d_name[0] == '.');
	closedir(d);
	return read && !e;
}

/* GR_NO, silent: no mark yet. */
static enum status check_format(int dir, const char *path)
{
	enum status st;
	char *text;
	size_t len;

	st = file_read_at(&text, &len, NULL, dir, "format", path, 4096);
	if (st == GR_NO && !is_bare(dir)) {
		complain("%s: foreign: it bears no format mark", path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	if (strcmp(text, STORE_FORMAT) != 0) {
		complain("%s/format: a newer version of gr made this store, or somebody else",
			 path);
		st = GR_BAD;
	}
	free(text);
	return st;
}

static enum status find(struct store *store)
{
	enum status st;
	int gr;

	if ((st = open_own(&gr, store->place.dir, ".gr", &store->place)) != GR_OK)
		return st;
	st = open_own(&store->dir, gr, store->place.name, &store->place);
	close(gr);
	if (st == GR_OK && (st = check_format(store->dir, store->path)) != GR_OK) {
		close(store->dir);
		store->dir = -1;
	}
	return st;
}

/* A URI is ours once the store says what is live. */
static enum status note_adopted(struct store *store)
{
	enum status st;
	uint32_t live;

	if (!store->key.token)
		return GR_OK;
	if ((st = store_link(&live, store, "live")) == GR_FAIL)
		return st;
	store->key.adopted = store->certificate.adopted = st == GR_OK;
	return GR_OK;
}

enum status store_open(struct store *store, const struct conf *conf)
{
	enum status st;

	*store = (struct store)STORE_CLOSED;
	store->conf = conf;
	store->was = (struct owner){ geteuid(), getegid() };
	if ((st = token_key_store_new(&store->keeper)) != GR_OK ||
	    (st = store_place(store)) != GR_OK ||
	    (st = owner_become_of(&store->was, store->place.dir, store->place.home)) != GR_OK)
		return st;
	if ((st = find(store)) == GR_NO)
		return GR_OK;
	return st == GR_OK ? note_adopted(store) : st;
}

void store_close(struct store *store)
{
	token_key_store_close(store->keeper);
	store->keeper = NULL;
	if (store->dir >= 0)
		close(store->dir);
	store->dir = -1;
	configured_path_close(&store->key);
	configured_path_close(&store->certificate);
	configured_path_close(&store->place);
	owner_restore(&store->was);
}

enum status store_need(const struct store *store)
{
	if (store->dir >= 0)
		return GR_OK;
	complain("%s: not adopted yet; run gr-install-cert adopt", store->key.path);
	return GR_BAD;
}

/*
 * Group and mode of our directories. Search alone would do for most readers, but gr's own programs
 * list them. The owner of the key needs a way in as well where the directory belongs to another.
 */
static enum status open_to_readers(int dir, const struct stat *key, const char *where)
{
	mode_t mode = 0700 | (key->st_mode & S_IRGRP ? 050 : 0) |
	    (key->st_mode & S_IROTH || (key->st_uid != geteuid() && key->st_uid != 0) ? 05 : 0);
	struct owner was;
	struct stat st;
	int bad;

	if (fstat(dir, &st) == 0 && st.st_gid == key->st_gid && (st.st_mode & 07777) == mode)
		return GR_OK;
	if (owner_become(&was, 0, 0) !=
	    GR_OK) /* only root may give to any group; dir is our own, held open */
		return GR_FAIL;
	/* Without group bits the group means nothing, and an ordinary user need not be in it. */
	bad = ((mode & 070) && fchown(dir, (uid_t)-1, key->st_gid) != 0) || fchmod(dir, mode) != 0
	    ? errno
	    : 0;
	if (owner_restore(&was) != GR_OK)
		return GR_FAIL;
	if (bad == 0)
		return GR_OK;
	complain("%s: cannot be opened to the readers of the key: %s", where, strerror(bad));
	return owner_refusal(bad);
}

static enum status make_dir(int *fd, struct store *store, int parent, const char *name,
			    const struct stat *key)
{
	enum status st;

	if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) {
		complain("%s: %s: %s", store->path, name, strerror(errno));
		return GR_FAIL;
	}
	if ((st = open_own(fd, parent, name, &store->place)) != GR_OK)
		return st == GR_NO ? GR_FAIL : st;
	if ((st = open_to_readers(*fd, key, store->path)) == GR_OK &&
	    (st = file_sync_dir(*fd, store->path)) == GR_OK &&
	    (st = file_sync_dir(parent, store->path)) == GR_OK)
		return GR_OK;
	close(*fd);
	*fd = -1;
	return st;
}

enum status store_create(struct store *store, const struct stat *key)
{
	int gr = -1, dir = -1;
	enum status st;

	if (store->dir >= 0)
		return GR_OK;
	if ((st = make_dir(&gr, store, store->place.dir, ".gr", key)) != GR_OK)
		return st;
	if ((st = make_dir(&dir, store, gr, store->place.name, key)) == GR_OK) {
		st = check_format(dir, store->path);
		if (st == GR_NO)
			st = file_replace_at(dir, "format", store->path, STORE_FORMAT,
					     strlen(STORE_FORMAT), 0644);
	}
	close(gr);
	if (st == GR_OK)
		store->dir = dir;
	else if (dir >= 0)
		close(dir);
	return st;
}

enum status store_link(uint32_t *generation, const struct store *store, const char *name)
{
	char text[16];
	ssize_t n = store->dir < 0 ? -1 : readlinkat(store->dir, name, text, sizeof text - 1);
	char *end;

	if (n < 0 && (store->dir < 0 || errno == ENOENT))
		return GR_NO;
	if (n < 0 && errno != EINVAL) {
		complain("%s/%s: %s", store->path, name, strerror(errno));
		return GR_FAIL;
	}
	text[n < 0 ? 0 : n] = '\0';
	if (n <= 0 || text[0] < '1' || text[0] > '9' || n > 9 ||
	    (*generation = (uint32_t)strtoul(text, &end, 10), *end)) {
		complain("%s/%s: not a link to a generation", store->path, name);
		return GR_BAD;
	}
	return GR_OK;
}

enum status store_check_live(const struct store *store)
{
	struct stat st;

	if (store->dir < 0 || fstatat(store->dir, "live", &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    S_ISLNK(st.st_mode))
		return GR_OK;
	complain("%s/live: a %s, not a link: copied with links followed? Put key and certificate "
		 "back as plain files and remove %s",
		 store->path, S_ISDIR(st.st_mode) ? "directory" : "file", store->path);
	return GR_BAD;
}

enum status store_sync(const struct store *store)
{
	return file_sync_dir(store->dir, store->path);
}

enum status store_point(const struct store *store, const char *name, uint32_t generation)
{
	char temp[32], text[16];

	snprintf(temp, sizeof temp, ".%s.tmp", name);
	snprintf(text, sizeof text, "%lu", (unsigned long)generation);
	unlinkat(store->dir, temp, 0);
	if (symlinkat(text, store->dir, temp) == 0 &&
	    renameat(store->dir, temp, store->dir, name) == 0)
		return store_sync(store);
	complain("%s/%s: cannot be pointed at %s: %s", store->path, name, text, strerror(errno));
	unlinkat(store->dir, temp, 0);
	return GR_FAIL;
}
