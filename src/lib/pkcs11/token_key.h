/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_key.h - a private key in a token as OpenSSL sees it: an EVP_PKEY that signs there.
 *
 * It is a provider of our own in a library context of its own, so that no other key is ever taken
 * for one of these. Hashes are computed here, and each signature is verified with the public half
 * before it is given out: a token that signs with another key, or wrongly, fails.
 */
#ifndef GR_PKCS11_TOKEN_KEY_H
#define GR_PKCS11_TOKEN_KEY_H

#include <openssl/types.h>
#include <stdbool.h>

#include "alg.h"
#include "pkcs11/object.h"
#include "pkcs11/uri.h"
#include "status.h"

struct token;

/*
 * Makes an EVP_PKEY of a private key object, RSA or EC, whose public half is public.
 * EVP_PKEY_free it before token_close. GR_FAIL, one line.
 */
enum status token_key_wrap(EVP_PKEY **key, struct token *token, ck_object_handle_t object,
			   EVP_PKEY *public);
/*
 * Does the same for a token that may be away: token_key_ready, which must be called before each
 * signature, finds the object then. name is the object's; if it has an id, only that counts.
 * GR_FAIL, one line: out of memory.
 */
enum status token_key_promise(EVP_PKEY **key, struct token *token, const struct object_name *name,
			      EVP_PKEY *public);
/*
 * Connects, or connects again, and finds the key. GR_OK at once for a key that is in no token, and
 * for one that was found and is still connected. GR_BAD, one line: no such key, several, or as
 * token_connect has it. GR_FAIL, one line: the token is away.
 */
enum status token_key_ready(EVP_PKEY *key);
/*
 * Tells whether the key's last signature failed in the way of a token that was removed;
 * token_key_ready may bring it back.
 */
bool token_key_is_lost(EVP_PKEY *key);
/* Tells whether this token's RSA keys can sign by RSA-PSS, which TLS 1.3 needs. */
bool token_key_has_pss(const struct token *token);

/*
 * Tell, from the token's own list of mechanisms, whether it can make such a key, and whether it
 * can sign by that algorithm.
 */
bool token_key_can_make(const struct token *token, const struct alg_key *alg);
bool token_key_can_sign(const struct token *token, const struct alg_sign *alg);
/*
 * Checks that this key can sign by that algorithm; a key that is in no token can. GR_BAD, one line
 * that says how else its token signs: it cannot.
 */
enum status token_key_check_sign(EVP_PKEY *key, const struct alg_sign *alg);
/*
 * Returns the status for a signature by key that failed: GR_FAIL if the same may work later, as
 * with a token that gave no answer; else, and for a key in no token, GR_BAD. Writes nothing.
 */
enum status token_key_failure(EVP_PKEY *key);
/*
 * Makes a key pair that never leaves the token and that can sign and nothing else; both halves get
 * that name. *public is its public half. GR_BAD, one line that says what the token can make: it
 * cannot make this one.
 */
enum status token_key_make(EVP_PKEY **public, ck_object_handle_t *private,
			   const struct token *token, const struct alg_key *alg,
			   const struct object_name *name);

/*
 * Does the same for a key of a new name: uri says its label, and gets a random id unless it has
 * one. GR_BAD also: label or id are taken.
 */
enum status token_key_create(EVP_PKEY **public, struct uri *uri, const struct token *token,
			     const struct alg_key *alg);

#endif
