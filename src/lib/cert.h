/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cert.h - what the toolkit needs to know of one X.509 certificate.
 *
 * Times are seconds since 1970-01-01 UTC (RFC 5280, 4.1.2.5). On any status but GR_OK one line has
 * been written, *cert is untouched and there is nothing to release.
 */
#ifndef GR_CERT_H
#define GR_CERT_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* bytes of a certificate with its chain, as PEM, that a device installs and reads */
enum { CERT_FILE_MAX = 65536 };

struct cert {
	X509 *x509;
	char id[65];		/* certificateId: SHA-256 over the DER, lower-case hex (AWS IoT) */
	char spki[65];		/* which key it certifies: key_identity */
	int64_t not_before, not_after;
};

/* Reads the first PEM certificate in path. GR_NO, silent: no such file. GR_BAD: holds none. */
enum status cert_read(struct cert *cert, const char *path);
/* Does the same from memory; where names the source in error lines. */
enum status cert_from_pem(struct cert *cert, const char *pem, size_t len, const char *where);
/*
 * Decodes the first PEM certificate in pem and does nothing else; X509_free it. Silent; may run on
 * any thread. NULL: there is none.
 */
X509 *cert_decode(const char *pem, size_t len);
/* Fills *cert from x509, which it takes over, also on failure. */
enum status cert_from_x509(struct cert *cert, X509 *x509, const char *where);
void cert_release(struct cert *cert);	/* takes a zeroed struct */

/* Gives the certificate alone as PEM; free it. */
enum status cert_pem(char **pem, size_t *len, const struct cert *cert);
bool cert_same_subject(const struct cert *a, const struct cert *b);
/* Tells whether key is the private half of the certified key, by comparing public keys. */
bool cert_fits_key(const struct cert *cert, EVP_PKEY *key);
/* Tells whether now, in seconds, lies inside the certificate's dates. */
bool cert_is_valid_at(const struct cert *cert, int64_t now);

#endif
