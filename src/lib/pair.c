/* pair.c - a key and its certificate */
#include "pair.h"
#include "complain.h"
#include "file.h"
#include "generation.h"
#include "key.h"
#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pair_release(struct pair *pair)
{
	key_wipe(pair->key_pem, pair->key_len);
	free(pair->cert_pem);
	EVP_PKEY_free(pair->key);
	cert_release(&pair->cert);
	*pair = (struct pair){ 0 };
}

bool pair_same(const struct pair *a, const struct pair *b)
{
	return a->key_len == b->key_len && a->cert_len == b->cert_len && memcmp(a->key_pem, b->key_pem, a->key_len) == 0 &&
	       memcmp(a->cert_pem, b->cert_pem, a->cert_len) == 0;
}

/* What belongs to another user root reads as root: by its name in an open directory, never through a link. */
static enum status read_file(char **data, size_t *len, struct stat *status, int dir, const char *name, const char *where, size_t max)
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
	result = file_read_at(data, len, status, dir, name, where, max);
	return owner_restore(&was) == GR_OK ? result : GR_FAIL;
}

static bool sign_and_verify(EVP_PKEY *key, EVP_PKEY *public)
{
	static const unsigned char text[] = "gr: does this key sign for this certificate?";
	unsigned char sig[1024];
	size_t len = sizeof sig;
	EVP_MD_CTX *signer = EVP_MD_CTX_new(), *verifier = EVP_MD_CTX_new();
	bool ok = signer && verifier && EVP_DigestSignInit(signer, NULL, EVP_sha256(), NULL, key) == 1 &&
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
	return GR_BAD;
}

/* Both texts are there; where_key and where_cert name them. */
static enum status parse(struct pair *pair, const char *where_key, const char *where_cert)
{
	enum status st;

	if ((st = key_from_pem(&pair->key, pair->key_pem, pair->key_len, where_key)) != GR_OK ||
	    (st = cert_from_pem(&pair->cert, pair->cert_pem, pair->cert_len, where_cert)) != GR_OK)
		return st;
	return pair_check(pair->key, &pair->cert, where_cert);
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
	if ((st = read_file(&pair->key_pem, &pair->key_len, &pair->key_stat, fd, STORE_KEY_FILE, where, KEY_FILE_MAX)) == GR_OK &&
	    (st = read_file(&pair->cert_pem, &pair->cert_len, &pair->cert_stat, fd, STORE_CERTIFICATE_FILE, where, CERT_FILE_MAX)) == GR_OK)
		st = parse(pair, where, where);
	close(fd);
	if (st != GR_OK)
		pair_release(pair);
	return st;
}

enum status pair_read_key(EVP_PKEY **key, struct stat *status, const struct store *store, uint32_t generation)
{
	char where[GENERATION_WHERE], *pem;
	enum status st;
	size_t len;
	int fd;

	generation_where(where, store, generation);
	if ((st = generation_open(&fd, store, generation)) != GR_OK)
		return st;
	if ((st = read_file(&pem, &len, status, fd, STORE_KEY_FILE, where, KEY_FILE_MAX)) == GR_OK) {
		st = key_from_pem(key, pem, len, where);
		key_wipe(pem, len);
	}
	close(fd);
	return st;
}

/* The links are read by us, one by one; the kernel must then arrive at the same file by the path itself. */
static enum status confirm(const struct seat *seat, const struct stat *found)
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
	complain("%s: does not lead to the live generation: %s", seat->path, err ? strerror(err) : "another file");
	return GR_BAD;
}

static enum status read_seat(char **data, size_t *len, struct stat *status, const struct store *store, const struct seat *seat,
			     const char *file, size_t max)
{
	enum seat_kind kind;
	enum status st;
	uint32_t live;
	int fd;

	if ((st = seat_look(&kind, seat)) != GR_OK)
		return st;
	if (kind == SEAT_MISSING)
		return GR_NO;
	if (kind == SEAT_FOREIGN)
		return seat_check(seat);
	if (kind == SEAT_PLAIN)
		return read_file(data, len, status, seat->dir, seat->name, seat->path, max);
	if ((st = store_link(&live, store, "live")) != GR_OK || (st = generation_open(&fd, store, live)) != GR_OK)
		return st;
	st = read_file(data, len, status, fd, file, seat->path, max);
	close(fd);
	return st == GR_OK ? confirm(seat, status) : st;
}

enum status pair_read_configured(struct pair *pair, const struct store *store)
{
	enum status st;

	*pair = (struct pair){ 0 };
	if ((st = read_seat(&pair->key_pem, &pair->key_len, &pair->key_stat, store, &store->key, STORE_KEY_FILE, KEY_FILE_MAX)) == GR_OK &&
	    (st = read_seat(&pair->cert_pem, &pair->cert_len, &pair->cert_stat, store, &store->certificate, STORE_CERTIFICATE_FILE,
			    CERT_FILE_MAX)) == GR_OK)
		st = parse(pair, store->key.path, store->certificate.path);
	if (st != GR_OK)
		pair_release(pair);
	return st;
}
