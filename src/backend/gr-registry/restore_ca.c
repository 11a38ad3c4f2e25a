/* SPDX-License-Identifier: Apache-2.0 */
/* restore_ca.c - the authorities of a backup */
#include "gr-registry/restore_ca.h"
#include "complain.h"
#include "file.h"
#include "issuer/sealed_key.h"
#include "key.h"
#include "pkcs11/key_reference.h"
#include "secret.h"
#include "str.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct ca_restore {
	const struct archive *archive;
	const struct home *home;
	const char *passphrase;
};

static bool has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), tail = strlen(ending);

	return len > tail && strcmp(name + len - tail, ending) == 0;
}

/* Of the authorities at all? Then where it belongs. */
static bool place(char path[static PATH_MAX], const struct ca_restore *e, const char *name)
{
	return (strncmp(name, "ca/", 3) == 0 || strncmp(name, "trusted/", 8) == 0) &&
	    str_format(path, PATH_MAX, "%s/%s", e->home->signer, name);
}

static bool exists(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

/*
 * A certificate of the same name that says something else: these certificates were not issued by
 * this authority.
 */
static enum status check_certificate(const struct ca_restore *e, const char *name,
				     const char *path)
{
	off_t len;
	enum status st = archive_begins(&len, e->archive, name, path);

	if (st != GR_NO)
		return st;
	complain("%s: another one than in the backup; is it the right directory?", path);
	return GR_BAD;
}

/* What is to stand in its place: the key, or where it is. */
static enum status open_key(char **text, size_t *len, const struct ca_restore *e, const char *name,
			    const char *path)
{
	char from[PATH_MAX], *sealed;
	EVP_PKEY *key = NULL;
	enum status st;
	size_t size;

	if ((st = archive_path(from, e->archive, name)) != GR_OK ||
	    (st = secret_read(&sealed, &size, NULL, from, KEY_FILE_MAX)) != GR_OK)
		return st == GR_NO ? GR_FAIL : st;
	if (key_reference_is(sealed)) {
		*text = sealed;
		*len = size;
		return GR_OK;
	}
	if (!e->passphrase) {
		complain("%s: is not there, and the one in the backup is encrypted; --keys FILE "
			 "names its passphrase",
			 path);
		st = GR_BAD;
	} else if ((st = sealed_key_open(&key, sealed, size, e->passphrase, from)) == GR_OK) {
		st = key_pem(text, len, key);
	}
	secret_free(sealed, size);
	EVP_PKEY_free(key);
	return st;
}

static enum status check(void *arg, const char *name)
{
	const struct ca_restore *e = arg;
	char path[PATH_MAX], *text;
	enum status st;
	size_t len;

	if (!place(path, e, name))
		return GR_OK;
	if (exists(path))
		return has_ending(name, ".pem") ? check_certificate(e, name, path) : GR_OK;
	if (!has_ending(name, ".key"))
		return GR_OK;
	if ((st = open_key(&text, &len, e, name, path)) == GR_OK)
		secret_free(text, len);
	return st;
}

static enum status put_key(const struct ca_restore *e, const char *name, const char *path)
{
	enum status st;
	char *text;
	size_t len;

	if ((st = open_key(&text, &len, e, name, path)) != GR_OK)
		return st;
	if (key_reference_is(text))
		complain("%s: the key is in a token: %.*s; the backup does not hold it", path,
			 (int)strcspn(text, "?\n"), text);
	st = file_replace(path, text, len, 0600);
	secret_free(text, len);
	return st;
}

/* The broker may be another user, and must be able to read whom to trust. */
static enum status put_file(const struct ca_restore *e, const char *name, const char *path)
{
	enum status st = archive_put(e->archive, name, path, 0644);

	return st == GR_NO ? GR_OK : st;
}

static enum status put(void *arg, const char *name)
{
	const struct ca_restore *e = arg;
	char path[PATH_MAX];

	if (!place(path, e, name) || exists(path))
		return GR_OK;
	return has_ending(name, ".key") ? put_key(e, name, path) : put_file(e, name, path);
}

static enum status make_folder(const char *path, mode_t mode)
{
	if (home_mkdir(path, mode) == GR_OK)
		return GR_OK;
	complain("%s: %s", path, strerror(errno));
	return GR_FAIL;
}

/* Of an authority's certificate: where is its key? */
static enum status look_for_key(void *arg, const char *name)
{
	const struct ca_restore *e = arg;
	char key[PATH_MAX], path[PATH_MAX], kept[PATH_MAX];
	int len = (int)strlen(name) - 4;

	if (strncmp(name, "ca/", 3) != 0 || !has_ending(name, ".pem") ||
	    !str_format(key, sizeof key, "%.*s.key", len, name) || !place(path, e, key) ||
	    archive_path(kept, e->archive, key) != GR_OK || exists(path) || exists(kept))
		return GR_OK;
	complain("%s: is not there, and the backup was made without the authorities' keys; nobody "
		 "is locked out, but no certificate can be issued: put the key there from where "
		 "you keep it, or make another authority with gr-ca init NAME and let it issue "
		 "with gr-ca mode",
		 path);
	return GR_OK;
}

enum status restore_ca_check(const struct archive *archive, const struct home *home,
			     const char *passphrase)
{
	struct ca_restore e = { archive, home, passphrase };
	enum status st = archive_each(archive, check, &e);

	return st == GR_OK ? archive_each(archive, look_for_key, &e) : st;
}

enum status restore_ca_put(const struct archive *archive, const struct home *home,
			   const char *passphrase)
{
	struct ca_restore e = { archive, home, passphrase };
	enum status st = make_folder(home->ca, 0750);

	if (st == GR_OK)
		st = make_folder(home->trusted, 0755);
	return st == GR_OK ? archive_each(archive, put, &e) : st;
}
