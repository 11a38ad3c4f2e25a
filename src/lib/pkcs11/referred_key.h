/* SPDX-License-Identifier: Apache-2.0 */
/*
 * referred_key.h - the key that a key reference names, in a token that is open. On any status but
 * GR_OK one line has been written.
 */
#ifndef GR_PKCS11_REFERRED_KEY_H
#define GR_PKCS11_REFERRED_KEY_H

#include <openssl/types.h>

#include "pkcs11/key_reference.h"
#include "status.h"

struct token;

/*
 * Where nobody knows the public key, the token may have it under the same name. GR_BAD: it has
 * not.
 */
enum status referred_key_find_public(struct key_reference *reference, const struct token *token);
/*
 * The private key of a reference in its token, under whichever of its names it is there. GR_BAD:
 * it is not.
 */
enum status referred_key_load(EVP_PKEY **key, struct token *token,
			      const struct key_reference *reference);

#endif
