/* SPDX-License-Identifier: Apache-2.0 */
/* pair_configured.c - pair.h: what lies in the configured places */
#include "complain.h"
#include "key.h"
#include "owner.h"
#include "pkcs11/key_reference.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/token_key_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The links are read by us, one by one; the kernel must then arrive at the same file by the path
 * itself.
 */
static enum status confirm(const struct configured_path *seat, const struct stat *found)
{
	struct owner was;
	struct stat st;
	int err;

	if (owner_become(&was, 0, 0) != GR_OK)
		return GR_FAIL;
	err = fstatat(seat->dir, seat->name, &st, 0) != 0 ? errno : 0;
	if (owner_restore(&was) != GR_OK)
		return GR_FAIL;
	if (err == 0 && st.st_dev == found->st_dev && st.st_ino == found->st_ino)
		return GR_OK;
	complain("%s: does not lead to the live generation: %s", seat->path,
		 err ? strerror(err) : "another file");
	return GR_BAD;
}

static enum status read_live(char **data, size_t *len, struct stat *status,
			     const struct store *store, const struct configured_path *seat,
			     const char *file, size_t max)
{
	enum status st;
	uint32_t live;
	int fd;

	if ((st = store_link(&live, store, "live")) != GR_OK ||
	    (st = generation_open(&fd, store, live)) != GR_OK)
		return st;
	st = pair_file(data, len, status, fd, file, seat->path, max);
	close(fd);
	return st == GR_OK && !seat->token ? confirm(seat, status) : st;
}

/* A URI that was not adopted is all there is of a key; nobody's file shows who may read it. */
static enum status take_uri(struct pair *pair, const struct store *store)
{
	pair->key_stat = (struct stat){ .st_mode = 0600,
					.st_uid = geteuid(),
					.st_gid = getegid() };
	if (!(pair->key_pem = strdup(store->key.path))) {
		complain("%s: out of memory", store->key.path);
		return GR_FAIL;
	}
	pair->key_len = strlen(pair->key_pem);
	return GR_OK;
}

static enum status read_key_seat(struct pair *pair, const struct store *store)
{
	const struct configured_path *seat = &store->key;
	enum configured_path_kind kind;
	enum status st;

	if ((st = configured_path_look(&kind, seat)) != GR_OK)
		return st;
	if (kind == CONFIGURED_PATH_MISSING)
		return GR_NO;
	if (kind == CONFIGURED_PATH_FOREIGN)
		return configured_path_check(seat);
	if (kind == CONFIGURED_PATH_OURS)
		return read_live(&pair->key_pem, &pair->key_len, &pair->key_stat, store, seat,
				 STORE_KEY_FILE, KEY_FILE_MAX);
	if (seat->token)
		return take_uri(pair, store);
	return pair_file(&pair->key_pem, &pair->key_len, &pair->key_stat, seat->dir, seat->name,
			 seat->path, KEY_FILE_MAX);
}

static enum status read_certificate_seat(struct pair *pair, const struct store *store)
{
	const struct configured_path *seat = &store->certificate;
	enum configured_path_kind kind;
	enum status st;

	if ((st = configured_path_look(&kind, seat)) != GR_OK)
		return st;
	if (kind == CONFIGURED_PATH_MISSING)
		return GR_NO;
	if (kind == CONFIGURED_PATH_FOREIGN)
		return configured_path_check(seat);
	if (kind == CONFIGURED_PATH_OURS)
		return read_live(&pair->cert_pem, &pair->cert_len, &pair->cert_stat, store, seat,
				 STORE_CERTIFICATE_FILE, CERT_FILE_MAX);
	if (seat->token)
		return token_key_store_certificate(pair, store);
	return pair_file(&pair->cert_pem, &pair->cert_len, &pair->cert_stat, seat->dir, seat->name,
			 seat->path, CERT_FILE_MAX);
}

/* What somebody put there knows neither its id nor its public key: the token does. */
static enum status resolve(struct pair *pair, const struct store *store)
{
	enum status st = cert_from_pem(&pair->cert, pair->cert_pem, pair->cert_len,
				       store->certificate.path);

	if (st == GR_OK)
		st = token_key_store_resolve(pair, store);
	cert_release(&pair->cert);
	return st;
}

enum status pair_read_configured(struct pair *pair, const struct store *store)
{
	enum status st;

	*pair = (struct pair){ 0 };
	if ((st = read_key_seat(pair, store)) == GR_OK &&
	    (st = read_certificate_seat(pair, store)) == GR_OK &&
	    (st = key_reference_is_bare(pair->key_pem) ? resolve(pair, store) : GR_OK) == GR_OK)
		st = pair_parse(pair, store->key.path, store->certificate.path);
	if (st != GR_OK)
		pair_release(pair);
	return st;
}
