/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issuer.h - the authority that signs device certificates now, and the issuing profile by which it
 * does.
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

/*
 * Opens the authority that issues in dir, and its profile. GR_BAD: no authority there, or one that
 * does not go with the profile.
 */
enum status issuer_open(struct issuer *issuer, const char *dir);
/*
 * Reads both again if they have changed. On any status but GR_OK *issuer stays as it was, and must
 * not sign.
 */
enum status issuer_refresh(struct issuer *issuer);
void issuer_release(struct issuer *issuer);	/* takes a zeroed struct */

/*
 * Sets *not_before to the beginning of a certificate that should be valid from wish on: not before
 * its authority's. GR_FAIL, one line: by the time now the authority is not valid yet, so the clock
 * is behind.
 */
enum status issuer_begin(int64_t *not_before, const struct authority *a, int64_t wish,
			 int64_t now);
/*
 * Computes the end of a device certificate that is issued now, seconds since the epoch: with the
 * profile iot the end that AWS IoT gives, with private after the profile's days, but not later
 * than the end of the authority. GR_NO: the authority itself has expired.
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
 * Issues a certificate, signed with the authority's key over digest. GR_BAD, GR_FAIL: as
 * authority_sign. Extensions come from our template alone: CA:FALSE, key usage, extended key
 * usage, key identifiers.
 */
enum status issuer_sign(struct cert *cert, const struct authority *a, const EVP_MD *digest,
			const struct issuer_request *q);

/* Calls X509_sign, in the form that authority_sign takes. */
int issuer_sign_x509(void *x509, EVP_PKEY *key, const EVP_MD *digest);

/*
 * Makes a pair for a trial connection with an authority: valid for ten minutes, and of no thing.
 * Free *key with EVP_PKEY_free.
 */
enum status issuer_sample(struct cert *cert, EVP_PKEY **key, const struct authority *a,
			  const EVP_MD *digest, int64_t now);

/*
 * Seconds that notBefore lies before the time of issue. DEVICE: clocks differ. LONG: for
 * certificates of authorities and servers, which are made with no other time to compare with; a
 * clock that is ahead by less makes none that is of no use once it is put right.
 */
enum { ISSUER_BACKDATE = 300, ISSUER_BACKDATE_LONG = 30 * 86400 };

#endif
