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
	struct token *token;	/* that holds the key; NULL: the key is ours */
};

/*
 * public: what its public half must be, where the location does not tell; NULL: ask the token.
 * GR_BAD: no such file, no such key.
 */
enum status credential_key(struct credential *credential, const struct conf *conf,
			   const char *location, EVP_PKEY *public);
void credential_release(struct credential *credential);	/* takes a zeroed struct */
/* GR_BAD: no such file, no such certificate. */
enum status credential_certificate(struct cert *cert, const struct conf *conf,
				   const char *location);

#endif
