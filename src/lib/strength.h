/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strength.h - which keys and signatures are strong enough, for whoever certifies, imports or
 * audits: one rule.
 *
 * RSA of 2048 to 4096 bits (NIST SP 800-131A) with an odd exponent from 65537 to 2^32 (SP 800-56B,
 * 6.2, whose upper end, 2^256, is of no use but to make a signature costly) and a modulus that
 * OpenSSL's EVP_PKEY_public_check takes: odd, not prime, no power of a prime, without small
 * factors. EC on one of P-256, P-384 and P-521 as a named curve, with a point on it. No other
 * kind: no device of ours can make an Ed25519 key, AWS IoT takes none, and few tokens can hold
 * one. Signatures over SHA-256 or better.
 */
#ifndef GR_STRENGTH_H
#define GR_STRENGTH_H

#include <openssl/x509.h>

/*
 * Key and digest as short names that a registry can keep. Where kind and size of a key do not tell
 * what is wrong with it, its name is longer: "RSA-2048-exponent", "RSA-2048-modulus".
 */
struct strength {
	/*
	 * "RSA-2048", "ECDSA-P256", "EC-secp256k1", "EC-explicit", "EC-point", "ED25519",
	 * "unreadable"
	 */
	char key[32];
	char digest[16];	/* "SHA256"; "" when the signature algorithm has none of its own */
};

void strength_of(struct strength *strength, X509 *x509);
/*
 * Does the same without the checks that cost CPU time, for a certificate whose key has just passed
 * strength_key_weakness.
 */
void strength_of_issued(struct strength *strength, X509 *x509);
/* Return what is wrong, a static sentence, or NULL. name is that of a key (struct strength). */
const char *strength_problem(const struct strength *strength);
const char *strength_key_problem(const char *name);

/*
 * Returns why key must not be certified, a static sentence, or NULL. It costs milliseconds of a
 * CPU: RSA-2048 3, RSA-3072 8, RSA-4096 18, EC less than 0.5.
 */
const char *strength_key_weakness(EVP_PKEY *key);
/*
 * Does the part of these checks that costs next to nothing. To verify a signature with a key that
 * passes has a bounded cost.
 */
const char *strength_key_limits(EVP_PKEY *key);

#endif
