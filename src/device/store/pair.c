/* SPDX-License-Identifier: Apache-2.0 */
/* pair.c - a key and its certificate */
#include "store/pair.h"
#include "complain.h"
#include "file.h"
#include "key.h"
#include "owner.h"
#include "pkcs11/key_reference.h"
#include "pkcs11/token_key.h"
#include "secret.h"
#include "store/generation.h"
#include "store/token_key_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pair_release(struct pair *pair)
{
	key_wipe(pair->key_pem, pair->key_len);
	secret_free(pair->cert_pem, pair->cert_len);
	EVP_PKEY_free(pair->key);
	cert_release(&pair->cert);
	*pair = (struct pair){ 0 };
}

bool pair_same(const struct pair *a, const struct pair *b)
{
	if (a->in_token || b->in_token)
		return a->in_token && b->in_token && strcmp(a->cert.id, b->cert.id) == 0;
	return a->key_len == b->key_len && a->cert_len == b->cert_len &&
	    memcmp(a->key_pem, b->key_pem, a->key_len) == 0 &&
	    memcmp(a->cert_pem, b->cert_pem, a->cert_len) == 0;
}

/* What belongs to another user root reads as root. */
enum status pair_file(char **data, size_t *len, struct stat *status, int dir, const char *name,
		      const char *where, size_t max)
{
	struct owner was = { geteuid(), getegid() };
	struct stat st;
	enum status result;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return GR_NO;
		complain("%s: %s", where, strerror(errno));
		return GR_FAIL;
	}
	if (st.st_uid != geteuid() && (result = owner_become(&was, 0, 0)) != GR_OK)
		return result;
	result = secret_read_at(data, len, status, dir, name, where, max);
	return owner_restore(&was) == GR_OK ? result : GR_FAIL;
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

enum status pair_check(EVP_PKEY *key, const struct cert *cert, const char *where)
{
	if (!cert_fits_key(cert, key)) {
		complain("%s: the certificate does not belong to the private key", where);
		return GR_BAD;
	}
	if (sign_and_verify(key, X509_get0_pubkey(cert->x509)))
		return GR_OK;
	complain("%s: the private key does not sign: %s", where, complain_openssl());
	return token_key_failure(key);
}

/* GR_NO, silent: a key that is not made yet. */
static enum status parse_reference(struct pair *pair, const char *where)
{
	struct key_reference reference = { .public = NULL };
	enum status st = key_reference_parse(&reference, pair->key_pem, where, &pair->key_stat);

	if (st == GR_OK && !reference.public)
		st = GR_NO;
	if (st == GR_OK && EVP_PKEY_up_ref(reference.public))
		pair->key = reference.public;
	key_reference_release(&reference);
	return st;
}

static enum status parse_key(struct pair *pair, const char *where)
{
	pair->in_token = key_reference_is(pair->key_pem);
	return pair->in_token ? parse_reference(pair, where)
			      : key_from_pem(&pair->key, pair->key_pem, pair->key_len, where);
}

enum status pair_parse(struct pair *pair, const char *where_key, const char *where_cert)
{
	enum status st;

	if ((st = parse_key(pair, where_key)) != GR_OK ||
	    (st = cert_from_pem(&pair->cert, pair->cert_pem, pair->cert_len, where_cert)) != GR_OK)
		return st;
	if (!pair->in_token)
		return pair_check(pair->key, &pair->cert, where_cert);
	if (cert_fits_key(&pair->cert, pair->key))
		return GR_OK;
	complain("%s: the certificate does not belong to the private key", where_cert);
	return GR_BAD;
}

enum status pair_read(struct pair *pair, const struct store *store, uint32_t generation)
{
	char where[GENERATION_WHERE];
	enum status st;
	int fd;

	*pair = (struct pair){ 0 };
	generation_where(where, store, generation);
	if ((st = generation_open(&fd, store, generation)) != GR_OK)
		return st;
	if ((st = pair_file(&pair->key_pem, &pair->key_len, &pair->key_stat, fd, STORE_KEY_FILE,
			    where, KEY_FILE_MAX)) == GR_OK &&
	    (st = pair_file(&pair->cert_pem, &pair->cert_len, &pair->cert_stat, fd,
			    STORE_CERTIFICATE_FILE, where, CERT_FILE_MAX)) == GR_OK)
		st = pair_parse(pair, where, where);
	close(fd);
	if (st != GR_OK)
		pair_release(pair);
	return st;
}

enum status pair_prove(const struct pair *pair, const struct store *store)
{
	EVP_PKEY *key;
	enum status st;

	if (!pair->in_token)
		return GR_OK;
	if ((st = token_key_store_key(&key, store, pair->key_pem, &pair->key_stat, store->path)) !=
	    GR_OK)
		return st;
	st = pair_check(key, &pair->cert, store->key.path);
	EVP_PKEY_free(key);
	return st;
}

enum status pair_key_text(char **text, size_t *len, struct stat *status, const struct store *store,
			  const char *directory)
{
	int fd = store->dir < 0
	    ? -1
	    : openat(store->dir, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum status st;

	if (fd < 0 && (store->dir < 0 || errno == ENOENT))
		return GR_NO;
	if (fd < 0) {
		complain("%s/%s: %s", store->path, directory, strerror(errno));
		return GR_FAIL;
	}
	st = pair_file(text, len, status, fd, STORE_KEY_FILE, store->path, KEY_FILE_MAX);
	close(fd);
	return st;
}

static enum status generation_key_text(char **text, size_t *len, struct stat *status,
				       const struct store *store, uint32_t generation)
{
	char name[16];

	snprintf(name, sizeof name, "%lu", (unsigned long)generation);
	return pair_key_text(text, len, status, store, name);
}

enum status pair_read_key(EVP_PKEY **key, const struct store *store, uint32_t generation)
{
	char where[GENERATION_WHERE], *text;
	struct stat file;
	enum status st;
	size_t len;

	generation_where(where, store, generation);
	if ((st = generation_key_text(&text, &len, &file, store, generation)) != GR_OK)
		return st;
	st = key_reference_is(text) ? token_key_store_key(key, store, text, &file, where)
				    : key_from_pem(key, text, len, where);
	key_wipe(text, len);
	return st;
}

enum status pair_has_key(struct stat *status, const struct store *store, uint32_t generation)
{
	char where[GENERATION_WHERE];
	struct pair pair = { 0 };
	enum status st;

	generation_where(where, store, generation);
	if ((st = generation_key_text(&pair.key_pem, &pair.key_len, status, store, generation)) ==
	    GR_OK)
		st = parse_key(&pair, where);
	pair_release(&pair);
	return st;
}
