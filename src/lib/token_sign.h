/* token_sign.h - the signing half of token_key.h's provider. */
#ifndef GR_TOKEN_SIGN_H
#define GR_TOKEN_SIGN_H

#include <openssl/core.h>
#include <openssl/evp.h>

#include "token.h"

/* What stands behind an EVP_PKEY of ours. */
struct token_key {
	struct token *token;		/* NULL: a public key, brought in to be compared */
	ck_object_handle_t object;
	EVP_PKEY *public;		/* of the default provider */
};

/* OSSL_OP_SIGNATURE, for RSA and EC alike: what is signed and how comes from the key and its parameters. */
extern const OSSL_DISPATCH token_sign_functions[];

#endif
