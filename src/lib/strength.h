/*
 * strength.h - how strong a key and a certificate are: the key and the digest that the signature is over, as short
 * names that a registry can keep, and what is to be said against them.
 */
#ifndef GR_STRENGTH_H
#define GR_STRENGTH_H

#include <openssl/x509.h>

struct strength {
	char key[32];		/* "RSA-2048", "ECDSA-P256", "EC-secp256k1", "EC-explicit", "ED25519" */
	char digest[16];	/* "SHA256"; "" when the signature algorithm has none of its own */
};

void strength_of(struct strength *strength, X509 *x509);
void strength_name_key(char name[static 32], EVP_PKEY *key);
/*
 * NULL, or a static sentence: RSA of less than 2048 bits, a curve other than P-256, P-384 and P-521, a digest weaker
 * than SHA-256 (NIST SP 800-131A).
 */
const char *strength_problem(const struct strength *strength);
const char *strength_key_problem(const char *name);

#endif
