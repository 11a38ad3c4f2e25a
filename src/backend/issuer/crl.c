/* SPDX-License-Identifier: Apache-2.0 */
/* crl.c - a certificate revocation list */
#include "issuer/crl.h"
#include "complain.h"

#include <openssl/x509v3.h>

static bool add_key_identifier(X509_CRL *crl, X509 *authority)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, authority, NULL, NULL, crl, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	ok = extension && X509_CRL_add_ext(crl, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}

static bool add_number(X509_CRL *crl, int64_t number)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	bool ok = n && ASN1_INTEGER_set_int64(n, number) == 1 &&
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) == 1;

	ASN1_INTEGER_free(n);
	return ok;
}

enum status crl_make(X509_CRL **crl, const struct authority *a, int64_t number, int64_t now,
		     int64_t next)
{
	ASN1_TIME *this_update = ASN1_TIME_set(NULL, (time_t)now),
		  *next_update = ASN1_TIME_set(NULL, (time_t)next);
	X509_CRL *made = X509_CRL_new();
	enum status st = GR_OK;

	if (made && this_update && next_update &&
	    X509_CRL_set_version(made, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(made, X509_get_subject_name(a->cert.x509)) == 1 &&
	    X509_CRL_set1_lastUpdate(made, this_update) == 1 &&
	    X509_CRL_set1_nextUpdate(made, next_update) == 1 &&
	    add_key_identifier(made, a->cert.x509) && add_number(made, number)) {
		*crl = made;
	} else {
		complain("CRL of %s: cannot be made: %s", a->name, complain_openssl());
		X509_CRL_free(made);
		st = GR_FAIL;
	}
	ASN1_TIME_free(this_update);
	ASN1_TIME_free(next_update);
	return st;
}

static bool set_serial(X509_REVOKED *entry, const char *serial)
{
	ASN1_INTEGER *number = NULL;
	BIGNUM *bn = NULL;
	bool ok = BN_hex2bn(&bn, serial) > 0 && (number = BN_to_ASN1_INTEGER(bn, NULL)) &&
	    X509_REVOKED_set_serialNumber(entry, number) == 1;

	ASN1_INTEGER_free(number);
	BN_free(bn);
	return ok;
}

static bool set_reason(X509_REVOKED *entry, int reason)
{
	ASN1_ENUMERATED *value = ASN1_ENUMERATED_new();
	bool ok = value && ASN1_ENUMERATED_set(value, reason) == 1 &&
	    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value, 0, 0) == 1;

	ASN1_ENUMERATED_free(value);
	return ok;
}

enum status crl_add(X509_CRL *crl, const char *serial, int64_t revoked, int reason)
{
	ASN1_TIME *date = ASN1_TIME_set(NULL, (time_t)revoked);
	X509_REVOKED *entry = X509_REVOKED_new();
	bool ok = date && entry && set_serial(entry, serial) &&
	    X509_REVOKED_set_revocationDate(entry, date) == 1 &&
	    (reason <= 0 || set_reason(entry, reason)) && X509_CRL_add0_revoked(crl, entry) == 1;

	ASN1_TIME_free(date);
	if (ok)
		return GR_OK;
	complain("CRL: serial number %s cannot be added: %s", serial, complain_openssl());
	X509_REVOKED_free(entry);
	return GR_FAIL;
}

static int sign(void *crl, EVP_PKEY *key, const EVP_MD *digest)
{
	return X509_CRL_sign(crl, key, digest);
}

enum status crl_sign(X509_CRL *crl, const struct authority *a, const EVP_MD *digest)
{
	if (X509_CRL_sort(crl) == 1)
		return authority_sign(a, sign, crl, digest, "CRL");
	complain("CRL of %s: cannot be sorted: %s", a->name, complain_openssl());
	return GR_FAIL;
}
