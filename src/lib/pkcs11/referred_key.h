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
 * Reads the public key from the token if the reference lacks it. GR_BAD: the token has none under
 * that name.
 */
enum status referred_key_find_public(struct key_reference *reference, const struct token *token);
/*
 * Gives the private key, ready to sign, under whichever of its names the token has it;
 * EVP_PKEY_free it before token_close. GR_BAD: it is not there.
 */
enum status referred_key_load(EVP_PKEY **key, struct token *token,
			      const struct key_reference *reference);

#endif
