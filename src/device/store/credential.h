/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credential.h - a private key or a certificate from wherever it is: a file, a token, or a file
 * that refers to a token.
 *
 * A location is a path or a pkcs11: URI. On any status but GR_OK one line has been written and
 * there is nothing to release.
 */
#ifndef GR_STORE_CREDENTIAL_H
#define GR_STORE_CREDENTIAL_H

#include <openssl/types.h>

#include "cert.h"
#include "config/conf.h"
#include "status.h"

struct token;

struct credential {
	EVP_PKEY *key;
	struct token *token;	/* the token that holds the key; NULL: it was in a file */
};

/*
 * Gives the private key at that location, ready to sign. public: its public half, for a location
 * in a token that does not tell it; NULL: ask the token. GR_BAD: no such file, no such key.
 */
enum status credential_key(struct credential *credential, const struct conf *conf,
			   const char *location, EVP_PKEY *public);
void credential_release(struct credential *credential);	/* takes a zeroed struct */
/* Reads the certificate at that location. GR_BAD: no such file, no such certificate. */
enum status credential_certificate(struct cert *cert, const struct conf *conf,
				   const char *location);

#endif
