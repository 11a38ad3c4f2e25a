/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alg.h - the algorithm names a configuration may hold (the reference component's, exactly) and
 * what they mean.
 */
#ifndef GR_ALG_H
#define GR_ALG_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "status.h"

struct alg_key {
	const char *name;	/* "RSA-2048", "ECDSA-P256" */
	int type;		/* EVP_PKEY_RSA or EVP_PKEY_EC */
	int bits;		/* RSA modulus; 0 for EC */
	const char *group;	/* OpenSSL's name of the curve; NULL for RSA */
};
struct alg_sign {
	const char *name;	/* "SHA256WITHRSA", "SHA384WITHRSAANDMGF1", "ECDSA-WITH-SHA512" */
	int type;		/* the key type it goes with */
	const char *digest;	/* "SHA256" */
	bool pss;		/* RSA-PSS, MGF1 with the same hash, salt as long as the hash */
};

/* List all algorithms there are; the last entry has no name. */
const struct alg_key *alg_key_list(void);
const struct alg_sign *alg_sign_list(void);
/*
 * Find the algorithm of that name; the result is static. GR_BAD, one line that lists what is
 * allowed: no such name.
 */
enum status alg_key_find(const struct alg_key **alg, const char *name);
enum status alg_sign_find(const struct alg_sign **alg, const char *name);
/*
 * Checks that key and signature go together. GR_BAD, one line that lists what is allowed: they are
 * of different families.
 */
enum status alg_pair_check(const struct alg_key *key, const struct alg_sign *sign);

/* Prepares ctx for signing by sign with key. GR_FAIL, one line: OpenSSL failed. */
enum status alg_sign_init(EVP_MD_CTX *ctx, const struct alg_sign *sign, EVP_PKEY *key);

#endif
