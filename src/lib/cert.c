/* SPDX-License-Identifier: Apache-2.0 */
/* cert.c - one X.509 certificate */
#include "cert.h"
#include "complain.h"
#include "file.h"
#include "key.h"
#include "str.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

static bool read_time(int64_t *seconds, const ASN1_TIME *t)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, rest = 0;
	bool ok = epoch && t && ASN1_TIME_diff(&days, &rest, epoch, t) == 1;

	ASN1_TIME_free(epoch);
	if (ok)
		*seconds = (int64_t)days * 86400 + rest;
	return ok;
}

enum status cert_from_x509(struct cert *cert, X509 *x509, const char *where)
{
	struct cert c = { .x509 = x509 };
	unsigned char md[SHA256_DIGEST_LENGTH];
	EVP_PKEY *key = X509_get0_pubkey(x509);
	unsigned int n = 0;

	if (!key || !key_identity(c.spki, key) || X509_digest(x509, EVP_sha256(), md, &n) != 1 ||
	    n != sizeof md || !read_time(&c.not_before, X509_get0_notBefore(x509)) ||
	    !read_time(&c.not_after, X509_get0_notAfter(x509))) {
		complain("%s: not a usable certificate: %s", where, complain_openssl());
		X509_free(x509);
		return GR_BAD;
	}
	str_hex(c.id, md, sizeof md);
	*cert = c;
	return GR_OK;
}

static X509 *decode(const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, key_no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return x509;
}

X509 *cert_decode(const char *pem, size_t len)
{
	X509 *x509 = decode(pem, len);

	ERR_clear_error();
	return x509;
}

enum status cert_from_pem(struct cert *cert, const char *pem, size_t len, const char *where)
{
	X509 *x509 = decode(pem, len);

	if (!x509) {
		complain("%s: not a PEM certificate: %s", where, complain_openssl());
		return GR_BAD;
	}
	return cert_from_x509(cert, x509, where);
}

enum status cert_read(struct cert *cert, const char *path)
{
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = file_read(&pem, &len, path, CERT_FILE_MAX)) != GR_OK)
		return st;
	st = cert_from_pem(cert, pem, len, path);
	free(pem);
	return st;
}

void cert_release(struct cert *cert)
{
	X509_free(cert->x509);
	*cert = (struct cert){ 0 };
}

enum status cert_pem(char **pem, size_t *len, const struct cert *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL, *copy = NULL;
	long n = 0;

	if (bio && PEM_write_bio_X509(bio, cert->x509) == 1 &&
	    (n = BIO_get_mem_data(bio, &data)) > 0 && (copy = malloc((size_t)n + 1))) {
		memcpy(copy, data, (size_t)n);
		copy[n] = '\0';
	}
	BIO_free(bio);
	if (!copy) {
		complain("certificate %s: cannot be written as PEM", cert->id);
		return GR_FAIL;
	}
	*pem = copy;
	*len = (size_t)n;
	return GR_OK;
}

bool cert_same_subject(const struct cert *a, const struct cert *b)
{
	return X509_NAME_cmp(X509_get_subject_name(a->x509), X509_get_subject_name(b->x509)) == 0;
}

bool cert_fits_key(const struct cert *cert, EVP_PKEY *key)
{
	return EVP_PKEY_eq(X509_get0_pubkey(cert->x509), key) == 1;
}

bool cert_is_valid_at(const struct cert *cert, int64_t now)
{
	return now >= cert->not_before && now <= cert->not_after;
}
