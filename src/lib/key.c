/* key.c - private keys in memory */
#include "key.h"
#include "complain.h"
#include "secret.h"
#include "str.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/encoder.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum status key_generate(EVP_PKEY **key, const struct alg_key *alg)
{
	EVP_PKEY *made = alg->type == EVP_PKEY_RSA ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)alg->bits)
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

/* By way of DER in memory of our kind: OpenSSL's decoders read PEM line by line through ordinary memory and leave it there. */
static EVP_PKEY *parse_pem(const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	const unsigned char *at;
	unsigned char *der = NULL;
	EVP_PKEY *key = NULL;
	long n = 0;

	if (bio && PEM_bytes_read_bio_secmem(&der, &n, NULL, PEM_STRING_EVP_PKEY, bio, key_no_passphrase, NULL) == 1) {
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
							      rsa ? "type-specific" : "PrivateKeyInfo", NULL);
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

enum status key_spki_hash(char hex[static 65], EVP_PKEY *key)
{
	unsigned char *der = NULL, md[SHA256_DIGEST_LENGTH];
	int len = i2d_PUBKEY(key, &der);

	if (len <= 0) {
		complain("public key: cannot be encoded: %s", complain_openssl());
		return GR_FAIL;
	}
	SHA256(der, (size_t)len, md);
	OPENSSL_free(der);
	str_hex(hex, md, sizeof md);
	return GR_OK;
}

static const char *weakness_of_ec(EVP_PKEY *key)
{
	static const char *const good[] = { "prime256v1", "secp384r1", "secp521r1" };
	char text[64];
	size_t n = 0;

	/* OpenSSL recognises a known curve even when its parameters are spelled out, so ask for the encoding as well. */
	if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, text, sizeof text, &n) != 1 ||
	    strcmp(text, OSSL_PKEY_EC_ENCODING_GROUP) != 0)
		return "the EC key has explicit parameters; only named curves are accepted";
	if (EVP_PKEY_get_group_name(key, text, sizeof text, &n) == 1)
		for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
			if (strcmp(text, good[i]) == 0)
				return NULL;
	return "the EC key is on none of the curves P-256, P-384, P-521";
}

const char *key_weakness(EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return EVP_PKEY_get_bits(key) >= 2048 ? NULL : "the RSA key is shorter than 2048 bits";
	case EVP_PKEY_EC:
		return weakness_of_ec(key);
	default:
		return "the key is neither RSA nor EC";
	}
}
