/* SPDX-License-Identifier: Apache-2.0 */
/* key.c - private keys in memory */
#include "key.h"
#include "complain.h"
#include "secret.h"

#include <openssl/crypto.h>
#include <openssl/encoder.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

enum status key_generate(EVP_PKEY **key, const struct alg_key *alg)
{
	EVP_PKEY *made = alg->type == EVP_PKEY_RSA
	    ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)alg->bits)
	    : EVP_PKEY_Q_keygen(NULL, NULL, "EC", alg->group);

	if (!made) {
		complain("%s: no key could be made: %s", alg->name, complain_openssl());
		return GR_FAIL;
	}
	*key = made;
	return GR_OK;
}

int key_no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf, (void)size, (void)rwflag, (void)arg;
	return -1;
}

/*
 * By way of DER in memory of our kind: OpenSSL's decoders read PEM line by line through ordinary
 * memory and leave it there.
 */
static EVP_PKEY *parse_pem(const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	const unsigned char *at;
	unsigned char *der = NULL;
	EVP_PKEY *key = NULL;
	long n = 0;

	if (bio &&
	    PEM_bytes_read_bio_secmem(&der, &n, NULL, PEM_STRING_EVP_PKEY, bio, key_no_passphrase,
				      NULL) == 1) {
		at = der;
		key = d2i_AutoPrivateKey(NULL, &at, n);
	}
	OPENSSL_secure_clear_free(der, (size_t)n);
	BIO_free(bio);
	return key;
}

enum status key_from_pem(EVP_PKEY **key, const char *pem, size_t len, const char *where)
{
	EVP_PKEY *read = parse_pem(pem, len);

	if (!read) {
		complain("%s: not an unencrypted PEM private key: %s", where, complain_openssl());
		return GR_BAD;
	}
	*key = read;
	return GR_OK;
}

enum status key_read(EVP_PKEY **key, const char *path)
{
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = secret_read(&pem, &len, NULL, path, KEY_FILE_MAX)) != GR_OK)
		return st;
	st = key_from_pem(key, pem, len, path);
	key_wipe(pem, len);
	return st;
}

/* What OpenSSL wrote into ordinary memory is wiped there. */
static enum status take_text(char **pem, size_t *len, unsigned char *data, size_t n)
{
	char *own = secret_alloc(n + 1);

	if (own) {
		memcpy(own, data, n);
		own[n] = '\0';
		*pem = own;
		*len = n;
	} else {
		complain("private key: out of memory");
	}
	OPENSSL_clear_free(data, n);
	return own ? GR_OK : GR_FAIL;
}

enum status key_pem(char **pem, size_t *len, EVP_PKEY *key)
{
	int rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	OSSL_ENCODER_CTX *ctx = OSSL_ENCODER_CTX_new_for_pkey(key, OSSL_KEYMGMT_SELECT_ALL, "PEM",
							      rsa ? "type-specific"
								  : "PrivateKeyInfo",
							      NULL);
	unsigned char *data = NULL;
	size_t n = 0;
	int ok = ctx && OSSL_ENCODER_to_data(ctx, &data, &n);

	OSSL_ENCODER_CTX_free(ctx);
	if (ok)
		return take_text(pem, len, data, n);
	complain("private key: cannot be written as PEM: %s", complain_openssl());
	return GR_FAIL;
}

void key_wipe(char *pem, size_t len)
{
	secret_free(pem, len);
}

bool key_signs(EVP_PKEY *key)
{
	static const unsigned char text[] = "gr: does this key sign?";
	unsigned char sig[1024];
	size_t len = sizeof sig;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestSign(ctx, sig, &len, text, sizeof text) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}
