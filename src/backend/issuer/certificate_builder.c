/* SPDX-License-Identifier: Apache-2.0 */
/* certificate_builder.c - what a certificate is filled with before it is signed */
#include "issuer/certificate_builder.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

enum { SERIAL_BYTES = 20 };

bool certificate_builder_serial(X509 *x509)
{
	unsigned char bytes[SERIAL_BYTES];
	ASN1_INTEGER *serial = NULL;
	BIGNUM *number = NULL;
	bool ok;

	ok = RAND_bytes(bytes, sizeof bytes) == 1;
	bytes[0] &= 0x7f;
	ok = ok && (number = BN_bin2bn(bytes, sizeof bytes, NULL)) &&
	    (serial = BN_to_ASN1_INTEGER(number, NULL)) &&
	    X509_set_serialNumber(x509, serial) == 1;
	ASN1_INTEGER_free(serial);
	BN_free(number);
	return ok;
}

bool certificate_builder_times(X509 *x509, int64_t not_before, int64_t not_after)
{
	return ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)not_before) &&
	    ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)not_after);
}

bool certificate_builder_extension(X509 *x509, X509 *authority, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, authority, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = extension && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return ok;
}
