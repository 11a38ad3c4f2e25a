/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - the directory of the generations and its links */
#include "store/store.h"
#include "complain.h"
#include "config/settings.h"
#include "file.h"
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

	st = open_own(&gr, store->place.dir, ".gr", &store->place);
	if (st != GR_OK)
		return st;
	st = open_own(&store->dir, gr, store->place.name, &store->place);
	close(gr);
	if (st != GR_OK)
		return st;
	st = check_format(store->dir, store->path);
	if (st != GR_OK) {
		close(store->dir);
		store->dir = -1;
	}
	return st;
}

static enum status open_path(struct configured_path *path, const struct conf *conf,
			     enum conf_key key)
{
	enum status st;

	st = conf_need(conf, key);
	if (st != GR_OK)
		return st;
	st = configured_path_open(path, conf_text(conf, key));
	if (st == GR_OK && path->token)
		st = settings_path(conf, key);
	return st;
}

/* Chooses where .gr lies: beside the key, else beside the certificate, else in $GR_STATE. */
static enum status choose_place(struct store *store)
{
	const struct configured_path *beside = &store->key;
	char own[sizeof store->conf->state + 8];
	enum status st;

	if (store->key.token)
		beside = &store->certificate;
	if (store->certificate.token && !store->key.token) {
		complain(
		    "%s: a certificate in a token goes with a key in it; privateKeyPath is a file",
		    store->certificate.path);
		return GR_BAD;
	}
	if (beside->token) {
		st = settings_state(store->conf);
		if (st != GR_OK)
			return st;
		str_format(own, sizeof own, "%s/token", store->conf->state);
		st = configured_path_open(&store->place, own);
		store->place.path = store->conf->state;
		return st;
	}
	store->place = *beside;
	store->place.dir = fcntl(beside->dir, F_DUPFD_CLOEXEC, 0);
	if (store->place.dir >= 0)
		return GR_OK;
	complain("%s: %s", beside->path, strerror(errno));
	return GR_FAIL;
}

/* What our link at a configured path says: it is relative only beside .gr. */
static bool name_link(struct configured_path *path, const struct store *store, const char *file)
{
	if (path->token)
		return true;
	if (strcmp(path->home, store->place.home) == 0)
		return str_format(path->link, sizeof path->link, ".gr/%s/live/%s",
				  store->place.name, file);
	return str_format(path->link, sizeof path->link, "%s/live/%s", store->path, file);
}

static enum status name_links(struct store *store)
{
	const struct configured_path *key = &store->key, *certificate = &store->certificate,
				     *place = &store->place;

	if (!key->token && !certificate->token && strcmp(key->home, certificate->home) == 0 &&
	    strcmp(key->name, certificate->name) == 0) {
		complain("%s: one file for both key and certificate; give each its own",
			 key->path);
		return GR_BAD;
	}
	if (str_format(store->path, sizeof store->path, "%s/.gr/%s", place->home, place->name) &&
	    name_link(&store->key, store, STORE_KEY_FILE) &&
	    name_link(&store->certificate, store, STORE_CERTIFICATE_FILE))
		return GR_OK;
	complain("%s: the path is too long", place->path);
	return GR_BAD;
}

/* Opens the configured paths and chooses, by the key's, where keys are and where .gr lies. */
static enum status open_paths(struct store *store)
{
	enum status st;

	st = open_path(&store->key, store->conf, CONF_PRIVATE_KEY_PATH);
	if (st != GR_OK)
		return st;
	st = open_path(&store->certificate, store->conf, CONF_CERTIFICATE_FILE_PATH);
	if (st != GR_OK)
		return st;
	store->keys = key_backend_of(store->key.path);
	st = choose_place(store);
	return st == GR_OK ? name_links(store) : st;
}

/* A URI counts as adopted once there is a live generation. */
static enum status note_adopted(struct store *store)
{
	enum status st;
	uint32_t live;

	if (!store->key.token)
		return GR_OK;
	st = store_link(&live, store, "live");
	if (st == GR_FAIL)
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
	store->state = calloc(1, sizeof *store->state);
	if (!store->state) {
		complain("out of memory");
		return GR_FAIL;
	}
	st = open_paths(store);
	if (st != GR_OK)
		return st;
	st = owner_become_of(&store->was, store->place.dir, store->place.home);
	if (st != GR_OK)
		return st;
	st = find(store);
	if (st == GR_NO)
		return GR_OK;
	return st == GR_OK ? note_adopted(store) : st;
}

void store_close(struct store *store)
{
	if (store->state && store->state->data)
		store->state->close(store->state->data);
	free(store->state);
	store->state = NULL;
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
 * The mode of our directories. Search permission would do for most readers of the key, but our own
 * programs list the directories. The owner of the key must get in as well where the directory
 * belongs to another.
 */
static mode_t directory_mode(const struct stat *key)
{
	bool foreign = key->st_uid != geteuid() && key->st_uid != 0;
	mode_t mode = 0700;

	if (key->st_mode & S_IRGRP)
		mode |= 050;
	if (key->st_mode & S_IROTH || foreign)
		mode |= 05;
	return mode;
}

static enum status open_to_readers(int dir, const struct stat *key, const char *where)
{
	mode_t mode = directory_mode(key);
	struct owner was;
	struct stat own;
	int failed = 0;

	if (fstat(dir, &own) == 0 && own.st_gid == key->st_gid && (own.st_mode & 07777) == mode)
		return GR_OK;
	/* Only root may give to any group. dir is our own, held open. */
	if (owner_become(&was, 0, 0) != GR_OK)
		return GR_FAIL;
	/* Without group bits the group means nothing, and an ordinary user need not be in it. */
	if ((mode & 070) && fchown(dir, (uid_t)-1, key->st_gid) != 0)
		failed = errno;
	if (failed == 0 && fchmod(dir, mode) != 0)
		failed = errno;
	if (owner_restore(&was) != GR_OK)
		return GR_FAIL;
	if (failed == 0)
		return GR_OK;
	complain("%s: cannot be opened to the readers of the key: %s", where, strerror(failed));
	return owner_refusal(failed);
}

static enum status make_dir(int *fd, struct store *store, int parent, const char *name,
			    const struct stat *key)
{
	enum status st;

	if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) {
		complain("%s: %s: %s", store->path, name, strerror(errno));
		return GR_FAIL;
	}
	st = open_own(fd, parent, name, &store->place);
	if (st != GR_OK)
		return st == GR_NO ? GR_FAIL : st;
	st = open_to_readers(*fd, key, store->path);
	if (st == GR_OK)
		st = file_sync_dir(*fd, store->path);
	if (st == GR_OK)
		st = file_sync_dir(parent, store->path);
	if (st != GR_OK) {
		close(*fd);
		*fd = -1;
	}
	return st;
}

static enum status mark_format(int dir, const struct store *store)
{
	enum status st = check_format(dir, store->path);

	if (st != GR_NO)
		return st;
	return file_replace_at(dir, "format", store->path, STORE_FORMAT, strlen(STORE_FORMAT),
			       0644);
}

enum status store_create(struct store *store, const struct stat *key)
{
	int gr, dir;
	enum status st;

	if (store->dir >= 0)
		return GR_OK;
	st = make_dir(&gr, store, store->place.dir, ".gr", key);
	if (st != GR_OK)
		return st;
	st = make_dir(&dir, store, gr, store->place.name, key);
	close(gr);
	if (st != GR_OK)
		return st;
	st = mark_format(dir, store);
	if (st == GR_OK)
		store->dir = dir;
	else
		close(dir);
	return st;
}

/* 0: not the number of a generation. */
static uint32_t number_of(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > 9 || text[0] == '0' || strspn(text, "0123456789") < len)
		return 0;
	return (uint32_t)strtoul(text, NULL, 10);
}

enum status store_link(uint32_t *generation, const struct store *store, const char *name)
{
	char text[16] = "";
	ssize_t n;

	if (store->dir < 0)
		return GR_NO;
	n = readlinkat(store->dir, name, text, sizeof text - 1);
	if (n < 0 && errno == ENOENT)
		return GR_NO;
	if (n < 0 && errno != EINVAL) {
		complain("%s/%s: %s", store->path, name, strerror(errno));
		return GR_FAIL;
	}
	text[n < 0 ? 0 : n] = '\0';
	*generation = number_of(text);
	if (*generation == 0) {
		complain("%s/%s: not a link to a generation", store->path, name);
		return GR_BAD;
	}
	return GR_OK;
}

enum status store_check_live(const struct store *store)
{
	struct stat st;

	if (store->dir < 0)
		return GR_OK;
	if (fstatat(store->dir, "live", &st, AT_SYMLINK_NOFOLLOW) != 0 || S_ISLNK(st.st_mode))
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

enum status store_unlink(const struct store *store, const char *name)
{
	if (unlinkat(store->dir, name, 0) == 0 || errno == ENOENT)
		return store_sync(store);
	complain("%s/%s: %s", store->path, name, strerror(errno));
	return GR_FAIL;
}

/*
 * Where both configured paths are ours, the pair in use is the live generation; otherwise 0: it is
 * what lies there.
 */
static enum status generation_in_use(uint32_t *generation, const struct store *store)
{
	enum configured_path_kind key, cert;
	enum status st;

	*generation = 0;
	st = configured_path_look(&key, &store->key);
	if (st != GR_OK)
		return st;
	st = configured_path_look(&cert, &store->certificate);
	if (st != GR_OK)
		return st;
	if (key != CONFIGURED_PATH_OURS || cert != CONFIGURED_PATH_OURS)
		return GR_OK;
	st = store_link(generation, store, "live");
	if (st == GR_NO) {
		complain("%s: nothing is live; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	return st;
}

static enum status check_there(const struct store *store, const char *number)
{
	struct stat st;

	if (store->dir >= 0 && fstatat(store->dir, number, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode))
		return GR_OK;
	complain("%s: there is no generation %s", store->path, number);
	return GR_BAD;
}

static enum status pair_paths(char *key, char *cert, const struct store *store,
			      uint32_t generation)
{
	char number[16];
	bool fits;

	snprintf(number, sizeof number, "%lu", (unsigned long)generation);
	if (generation == 0)
		fits = str_copy(key, PATH_MAX, store->key.path) &&
		    str_copy(cert, PATH_MAX, store->certificate.path);
	else
		fits = str_format(key, PATH_MAX, "%s/%s/" STORE_KEY_FILE, store->path, number) &&
		    str_format(cert, PATH_MAX, "%s/%s/" STORE_CERTIFICATE_FILE, store->path,
			       number);
	if (!fits) {
		complain("%s: the path is too long", store->path);
		return GR_BAD;
	}
	return generation == 0 ? GR_OK : check_there(store, number);
}

enum status store_pair_paths(char key[static PATH_MAX], char cert[static PATH_MAX],
			     const struct conf *conf, unsigned generation)
{
	uint32_t n = generation;
	struct store store;
	enum status st;

	st = store_open(&store, conf);
	if (st == GR_OK && n == 0)
		st = generation_in_use(&n, &store);
	if (st == GR_OK)
		st = pair_paths(key, cert, &store, n);
	store_close(&store);
	return st;
}
