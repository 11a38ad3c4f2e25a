/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issuer.h - who signs the certificates of devices now: an authority, and the mode in which it
 * issues.
 *
 * Both can change while we run; issuer_refresh follows. On any status but GR_OK one line has been
 * written.
 */
#ifndef GR_ISSUER_ISSUER_H
#define GR_ISSUER_ISSUER_H

#include <sys/types.h>
#include <time.h>

#include "csr.h"
#include "issuer/authority.h"
#include "issuer/issuing_profile.h"

/* A file as it was when it was read; all zero: it was not there. */
struct issuer_file {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};
struct issuer {
	struct authority authority;
	struct issuing_profile profile;
	char dir[PATH_MAX];
	struct issuer_file profile_file, cert_file;
};

/* What issues in dir. GR_BAD: no authority there, or one that does not go with the mode. */
enum status issuer_open(struct issuer *issuer, const char *dir);
/*
 * Reads it again if it has changed. On any status but GR_OK *issuer is what it was, and must not
 * sign.
 */
enum status issuer_refresh(struct issuer *issuer);
void issuer_release(struct issuer *issuer);	/* takes a zeroed struct */

/*
 * The end of a device certificate that is issued now, seconds since the epoch: what AWS IoT gives
 * its own; in mode private the days of the mode, but never past the end of the authority. GR_NO:
 * the authority itself has expired.
 */
enum status issuer_end(int64_t *not_after, const struct issuer *issuer, int64_t now);

enum issuer_use { ISSUER_DEVICE, ISSUER_SERVER };
struct issuer_request {
	EVP_PKEY *key;			/* borrowed: the public key to certify */
	const X509_NAME *subject;
	enum issuer_use use;
	/* ISSUER_SERVER: DNS name or IP address for subjectAltName */
	const char *host;
	int64_t not_before, not_after;	/* seconds since the epoch */
};
/*
 * Signs with the authority's key, over digest; GR_BAD and GR_FAIL as authority_sign has them.
 * Extensions come from our template alone: CA:FALSE, key usage, extended key usage, key
 * identifiers.
 */
enum status issuer_sign(struct cert *cert, const struct authority *a, const EVP_MD *digest,
			const struct issuer_request *q);

/* X509_sign, for authority_sign. */
int issuer_sign_x509(void *x509, EVP_PKEY *key, const EVP_MD *digest);

/*
 * A pair to try an authority with: good for ten minutes, and on no thing. Free *key with
 * EVP_PKEY_free.
 */
enum status issuer_sample(struct cert *cert, EVP_PKEY **key, const struct authority *a,
			  const EVP_MD *digest, int64_t now);

/* seconds that notBefore lies before the time of issue: device clocks differ */
enum { ISSUER_BACKDATE = 300 };

#endif
