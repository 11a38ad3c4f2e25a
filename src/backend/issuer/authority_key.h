/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority_key.h - the key of an authority: in a file, or in a token that the file names
 * (key_reference.h).
 *
 * Who can write such a file chooses the PKCS#11 module, code that runs as us. So the file is
 * accepted only if it is ours or root's, and nobody else has access to it. On any status but GR_OK
 * one line has been written and there is nothing to release.
 */
#ifndef GR_ISSUER_AUTHORITY_KEY_H
#define GR_ISSUER_AUTHORITY_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "alg.h"
#include "pkcs11/token.h"
#include "pkcs11/uri.h"

struct authority_key {
	EVP_PKEY *pkey;
	struct token *token;	/* that pkey is in; NULL: it is in a file */
};

void authority_key_release(struct authority_key *key);	/* takes a zeroed struct */

/*
 * Reads the text in NAME.key or in another key file; secret_free it. *in_token: it refers to a key
 * in a token. GR_NO, silent: no such file. GR_BAD: other users have access to it.
 */
enum status authority_key_text(char **text, size_t *len, bool *in_token, const char *path);
/*
 * Takes the key from the text, which is the key or names one in a token, of the authority with
 * that public key. Opens no token. dir: the directory of authorities.
 */
enum status authority_key_parse(struct authority_key *key, const char *text, size_t len,
				const char *path, const char *dir, EVP_PKEY *public);
/* Formats what is written to NAME.key; secret_free it. */
enum status authority_key_format(char **text, size_t *len, const struct authority_key *key);

/*
 * Does the same as authority_key_parse for a key that uri names, together with its module and PIN
 * source.
 */
enum status authority_key_named(struct authority_key *key, const char *dir, const struct uri *uri,
				EVP_PKEY *public);
/*
 * Makes a new key in the token of uri, under the name in uri, for signing only. GR_BAD also: there
 * is one of that name, or the token cannot make it.
 */
enum status authority_key_make(struct authority_key *key, const char *dir, const struct uri *uri,
			       const struct alg_key *alg);
/*
 * Finds a key that is in the token; public NULL: the token gives its public half. GR_BAD also:
 * there is none or more than one of that name, or it is weak.
 */
enum status authority_key_find(struct authority_key *key, const char *dir, const struct uri *uri,
			       EVP_PKEY *public);
/*
 * Checks that a key is strong enough for an authority. GR_BAD, one line that starts with where: it
 * is not.
 */
enum status authority_key_check(EVP_PKEY *public, const char *where);

#endif
