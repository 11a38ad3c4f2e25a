/* SPDX-License-Identifier: Apache-2.0 */
/* sealed_key.c - a private key under a passphrase */
#include "issuer/sealed_key.h"
#include "complain.h"
#include "secret.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

/* 16 MB to try one passphrase */
enum { SCRYPT_N = 1 << 14, SCRYPT_R = 8, SCRYPT_P = 1, FILE_MAX = 4096 };

enum status sealed_passphrase(char **passphrase, const char *path)
{
	char *text = NULL;
	size_t len = 0;
	enum status st = secret_read(&text, &len, NULL, path, FILE_MAX);

	if (st == GR_NO)
		complain("%s: no such file", path);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	text[strcspn(text, "\r\n")] = '\0';
	if (text[0] != '\0' && strlen(text) < SEALED_PASSPHRASE) {
		*passphrase = text;
		return GR_OK;
	}
	complain("%s: its first line must be a passphrase of 1 to %d bytes", path,
		 SEALED_PASSPHRASE - 1);
	secret_free(text, len);
	return GR_BAD;
}

void sealed_forget(char *passphrase)
{
	secret_free(passphrase, passphrase ? strlen(passphrase) : 0);
}

/* Takes over p8 and pbe. */
static X509_SIG *seal(PKCS8_PRIV_KEY_INFO *p8, X509_ALGOR *pbe, const char *passphrase)
{
	X509_SIG *sealed = p8 && pbe ? PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), p8, pbe)
				     : NULL;

	PKCS8_PRIV_KEY_INFO_free(p8);
	if (!sealed)
		X509_ALGOR_free(pbe);
	return sealed;
}

enum status sealed_key_pem(char **pem, size_t *len, EVP_PKEY *key, const char *passphrase)
{
	X509_SIG *sealed = seal(EVP_PKEY2PKCS8(key),
				PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N,
						      SCRYPT_R, SCRYPT_P),
				passphrase);
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL, *copy = NULL;
	long n = 0;

	if (sealed && bio && PEM_write_bio_PKCS8(bio, sealed) == 1 &&
	    (n = BIO_get_mem_data(bio, &data)) > 0 && (copy = malloc((size_t)n + 1))) {
		memcpy(copy, data, (size_t)n);
		copy[n] = '\0';
	}
	X509_SIG_free(sealed);
	BIO_free(bio);
	if (!copy) {
		complain("private key: cannot be encrypted: %s", complain_openssl());
		return GR_FAIL;
	}
	*pem = copy;
	*len = (size_t)n;
	return GR_OK;
}

static int give(char *buf, int size, int rwflag, void *arg)
{
	const char *passphrase = arg;
	int len = (int)strlen(passphrase);

	(void)rwflag;
	if (len > size)
		return -1;
	memcpy(buf, passphrase, (size_t)len);
	return len;
}

enum status sealed_key_open(EVP_PKEY **key, const char *pem, size_t len, const char *passphrase,
			    const char *where)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *opened = bio ? PEM_read_bio_PrivateKey(bio, NULL, give, (void *)passphrase)
			       : NULL;

	BIO_free(bio);
	if (!opened) {
		complain("%s: cannot be decrypted; is it another passphrase? (%s)", where,
			 complain_openssl());
		return GR_BAD;
	}
	*key = opened;
	return GR_OK;
}
