/*
 * issuer.h - the certificate authority that signs device certificates.
 *
 * A directory holds ca.key (0600, PEM) and ca.pem. On any status but GR_OK one line has been written.
 */
#ifndef GR_ISSUER_H
#define GR_ISSUER_H

#include "cert.h"
#include "csr.h"

struct issuer {
	EVP_PKEY *key;
	struct cert cert;
};

/* A new authority in dir (made, 0700), self-signed for 20 years. GR_NO: dir has one already. */
enum status issuer_init(const char *dir, const char *common_name, const struct alg_key *alg, int64_t now);
enum status issuer_open(struct issuer *issuer, const char *dir);
void issuer_release(struct issuer *issuer);	/* takes a zeroed struct */

enum issuer_use { ISSUER_DEVICE, ISSUER_SERVER };
struct issuer_request {
	EVP_PKEY *key;			/* borrowed: the public key to certify */
	const X509_NAME *subject;
	enum issuer_use use;
	const char *host;		/* ISSUER_SERVER: DNS name or IP address for subjectAltName */
	int64_t not_before, not_after;	/* seconds since the epoch */
};
/*
 * Signs with SHA-256 by the authority's key. Extensions come from our template alone: CA:FALSE, key
 * usage, extended key usage, key identifiers. The serial number is 159 random bits.
 */
enum status issuer_sign(struct cert *cert, const struct issuer *issuer, const struct issuer_request *q);

/* 2049-12-31T23:59:59Z: the end that AWS IoT gives its certificates. */
#define ISSUER_NOT_AFTER INT64_C(2524607999)
enum { ISSUER_BACKDATE = 300 };	/* seconds that notBefore lies before the time of issue: device clocks differ */

#endif
