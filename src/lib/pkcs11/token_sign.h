/* SPDX-License-Identifier: Apache-2.0 */
/* token_sign.h - the signing half of token_key.h's provider. */
#ifndef GR_PKCS11_TOKEN_SIGN_H
#define GR_PKCS11_TOKEN_SIGN_H

#include <openssl/core.h>
#include <openssl/evp.h>

#include "pkcs11/object.h"
#include "pkcs11/token.h"

/* What stands behind an EVP_PKEY of ours. */
struct token_key {
	struct token *token;		/* NULL: a public key, brought in to be compared */
	/* it is found by that; not used for a handle that somebody else has found */
	struct object_name name;
	ck_object_handle_t object;
	/* object belongs to that one of token's; 0: it was not looked for */
	unsigned connection;
	EVP_PKEY *public;		/* of the default provider */
};

/*
 * OSSL_OP_SIGNATURE, for RSA and EC alike: what is signed and how comes from the key and its
 * parameters.
 */
extern const OSSL_DISPATCH token_sign_functions[];

#endif
