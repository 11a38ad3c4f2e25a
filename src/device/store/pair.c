/* SPDX-License-Identifier: Apache-2.0 */
/* pair.c - a key and its certificate */
#include "store/pair.h"
#include "complain.h"
#include "key.h"
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pair_release(struct pair *pair)
{
	generation_file_release(&pair->key_file);
	generation_file_release(&pair->cert_file);
	EVP_PKEY_free(pair->key);
	cert_release(&pair->cert);
	*pair = (struct pair){ .key = NULL };
}

bool pair_same(const struct pair *a, const struct pair *b)
{
	return a->keys == b->keys && a->keys->same(a, b);
}

static bool sign_and_verify(EVP_PKEY *key, EVP_PKEY *public)
{
	static const unsigned char text[] = "gr: does this key sign for this certificate?";
	unsigned char sig[1024];
	size_t len = sizeof sig;
	EVP_MD_CTX *signer = EVP_MD_CTX_new(), *verifier = EVP_MD_CTX_new();
	bool ok = signer && verifier &&
	    EVP_DigestSignInit(signer, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(signer, sig, &len, text, sizeof text) == 1 &&
	    EVP_DigestVerifyInit(verifier, NULL, EVP_sha256(), NULL, public) == 1 &&
	    EVP_DigestVerify(verifier, sig, len, text, sizeof text) == 1;

	EVP_MD_CTX_free(signer);
	EVP_MD_CTX_free(verifier);
	return ok;
}

enum status pair_check(const struct key_backend *keys, EVP_PKEY *key, const struct cert *cert,
		       const char *where)
{
	if (!cert_fits_key(cert, key)) {
		complain("%s: the certificate does not belong to the private key", where);
		return GR_BAD;
	}
	if (sign_and_verify(key, X509_get0_pubkey(cert->x509)))
		return GR_OK;
	complain("%s: the private key does not sign: %s", where, complain_openssl());
	return keys->failure(key);
}

/* Chooses the back end by what stands in the key's file, and takes the key out of it. */
static enum status parse_key(struct pair *pair, const char *where)
{
	pair->keys = key_backend_of(pair->key_file.data);
	return pair->keys->parse(&pair->key, &pair->key_file, where);
}

static enum status parse(struct pair *pair, const char *where_key, const char *where_cert)
{
	enum status st;

	st = parse_key(pair, where_key);
	if (st != GR_OK)
		return st;
	st = cert_from_pem(&pair->cert, pair->cert_file.data, pair->cert_file.len, where_cert);
	if (st != GR_OK)
		return st;
	return pair->keys->check(pair, where_cert);
}

static enum status read_files(struct pair *pair, int dir, const char *where)
{
	enum status st;

	st = generation_file_read(&pair->key_file, dir, STORE_KEY_FILE, where, KEY_FILE_MAX);
	if (st != GR_OK)
		return st;
	return generation_file_read(&pair->cert_file, dir, STORE_CERTIFICATE_FILE, where,
				    CERT_FILE_MAX);
}

enum status pair_read(struct pair *pair, const struct store *store, uint32_t generation)
{
	char where[GENERATION_WHERE];
	enum status st;
	int fd;

	*pair = (struct pair){ .key = NULL };
	generation_where(where, store, generation);
	st = generation_open(&fd, store, generation);
	if (st != GR_OK)
		return st;
	st = read_files(pair, fd, where);
	close(fd);
	if (st == GR_OK)
		st = parse(pair, where, where);
	if (st != GR_OK)
		pair_release(pair);
	return st;
}

enum status pair_prove(const struct pair *pair, const struct store *store)
{
	return pair->keys->prove(pair, store);
}

enum status pair_read_key(EVP_PKEY **key, const struct store *store, uint32_t generation)
{
	struct generation_file file;
	char where[GENERATION_WHERE];
	enum status st;

	generation_where(where, store, generation);
	st = generation_key(&file, store, generation);
	if (st == GR_OK)
		st = key_backend_of(file.data)->load(key, store, &file, where);
	generation_file_release(&file);
	return st;
}

enum status pair_check_fit(const struct store *store, uint32_t generation,
			   const struct cert *cert)
{
	const struct key_backend *keys;
	struct generation_file file;
	char where[GENERATION_WHERE];
	EVP_PKEY *key = NULL;
	enum status st;

	generation_where(where, store, generation);
	st = generation_key(&file, store, generation);
	if (st != GR_OK)
		return st;
	keys = key_backend_of(file.data);
	st = keys->load(&key, store, &file, where);
	if (st == GR_OK)
		st = pair_check(keys, key, cert, where);
	EVP_PKEY_free(key);
	generation_file_release(&file);
	return st;
}

enum status pair_has_key(struct stat *status, const struct store *store, uint32_t generation)
{
	char where[GENERATION_WHERE];
	struct pair pair = { .key = NULL };
	enum status st;

	generation_where(where, store, generation);
	st = generation_key(&pair.key_file, store, generation);
	if (st == GR_OK) {
		*status = pair.key_file.stat;
		st = parse_key(&pair, where);
	}
	pair_release(&pair);
	return st;
}

/*
 * The links are read by us, one by one; the kernel must then arrive at the same file by the path
 * itself.
 */
static enum status confirm(const struct configured_path *path, const struct stat *found)
{
	struct owner was;
	struct stat st;
	int err = 0;

	if (owner_become(&was, 0, 0) != GR_OK)
		return GR_FAIL;
	if (fstatat(path->dir, path->name, &st, 0) != 0)
		err = errno;
	if (owner_restore(&was) != GR_OK)
		return GR_FAIL;
	if (err == 0 && st.st_dev == found->st_dev && st.st_ino == found->st_ino)
		return GR_OK;
	complain("%s: does not lead to the live generation: %s", path->path,
		 err ? strerror(err) : "another file");
	return GR_BAD;
}

/* Where the path is ours, reads the live generation. */
static enum status read_live(struct generation_file *file, const struct store *store,
			     const struct configured_path *path, const char *name, size_t max)
{
	enum status st;
	uint32_t live;
	int fd;

	st = store_link(&live, store, "live");
	if (st != GR_OK)
		return st;
	st = generation_open(&fd, store, live);
	if (st != GR_OK)
		return st;
	st = generation_file_read(file, fd, name, path->path, max);
	close(fd);
	if (st != GR_OK || path->token)
		return st;
	return confirm(path, &file->stat);
}

/*
 * The URI of a key that was not adopted yet stands for its file. No file says who may read it:
 * we alone.
 */
static enum status take_uri(struct generation_file *file, const char *uri)
{
	file->stat = (struct stat){ .st_mode = 0600, .st_uid = geteuid(), .st_gid = getegid() };
	file->data = strdup(uri);
	if (!file->data) {
		complain("%s: out of memory", uri);
		return GR_FAIL;
	}
	file->len = strlen(uri);
	return GR_OK;
}

static enum status read_key_path(struct generation_file *file, const struct store *store)
{
	const struct configured_path *path = &store->key;
	enum configured_path_kind kind;
	enum status st;

	st = configured_path_look(&kind, path);
	if (st != GR_OK)
		return st;
	switch (kind) {
	case CONFIGURED_PATH_OURS:
		return read_live(file, store, path, STORE_KEY_FILE, KEY_FILE_MAX);
	case CONFIGURED_PATH_PLAIN:
		return generation_file_read(file, path->dir, path->name, path->path,
					    KEY_FILE_MAX);
	case CONFIGURED_PATH_OBJECT:
		return take_uri(file, path->path);
	case CONFIGURED_PATH_FOREIGN:
		return configured_path_check(path);
	case CONFIGURED_PATH_MISSING:
		break;
	}
	return GR_NO;
}

static enum status read_certificate_path(struct generation_file *file, const struct store *store)
{
	const struct configured_path *path = &store->certificate;
	enum configured_path_kind kind;
	enum status st;

	st = configured_path_look(&kind, path);
	if (st != GR_OK)
		return st;
	switch (kind) {
	case CONFIGURED_PATH_OURS:
		return read_live(file, store, path, STORE_CERTIFICATE_FILE, CERT_FILE_MAX);
	case CONFIGURED_PATH_PLAIN:
		return generation_file_read(file, path->dir, path->name, path->path,
					    CERT_FILE_MAX);
	case CONFIGURED_PATH_OBJECT:
		return store->keys->read_certificate(file, store);
	case CONFIGURED_PATH_FOREIGN:
		return configured_path_check(path);
	case CONFIGURED_PATH_MISSING:
		break;
	}
	return GR_NO;
}

static enum status read_configured(struct pair *pair, const struct store *store)
{
	enum status st;

	st = read_key_path(&pair->key_file, store);
	if (st != GR_OK)
		return st;
	st = read_certificate_path(&pair->cert_file, store);
	if (st != GR_OK)
		return st;
	st = key_backend_of(pair->key_file.data)->complete(pair, store);
	if (st != GR_OK)
		return st;
	return parse(pair, store->key.path, store->certificate.path);
}

enum status pair_read_configured(struct pair *pair, const struct store *store)
{
	enum status st;

	*pair = (struct pair){ .key = NULL };
	st = read_configured(pair, store);
	if (st != GR_OK)
		pair_release(pair);
	return st;
}
