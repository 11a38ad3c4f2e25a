/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority_key.h - the key of an authority: in a file, or in a token that the file names
 * (key_reference.h).
 *
 * Whoever may write such a file chooses code, the module, that runs as we do: it counts only if it
 * is ours, or root's, and closed to everybody else. On any status but GR_OK one line has been
 * written and there is nothing to release.
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
 * The text in NAME.key or in another key file; secret_free it. *in_token: a reference. GR_NO,
 * silent: no such file. GR_BAD: others may use it.
 */
enum status authority_key_text(char **text, size_t *len, bool *in_token, const char *path);
/*
 * The key that the text is or names, of the authority whose public key this is. A token is not
 * asked yet. dir: the directory of authorities.
 */
enum status authority_key_parse(struct authority_key *key, const char *text, size_t len,
				const char *path, const char *dir, EVP_PKEY *public);
/* What to write to NAME.key; secret_free it. */
enum status authority_key_format(char **text, size_t *len, const struct authority_key *key);

/* The same for a key that uri names, with its module and whence the PIN comes. */
enum status authority_key_named(struct authority_key *key, const char *dir, const struct uri *uri,
				EVP_PKEY *public);
/*
 * A new one in that token, called as uri says, for signing alone. GR_BAD also: there is one of
 * that name, or the token cannot.
 */
enum status authority_key_make(struct authority_key *key, const char *dir, const struct uri *uri,
			       const struct alg_key *alg);
/*
 * One that is there; public NULL: the token says its public half. GR_BAD also: it is not there,
 * several are called so, or it is weak.
 */
enum status authority_key_find(struct authority_key *key, const char *dir, const struct uri *uri,
			       EVP_PKEY *public);
/* GR_BAD, one line that starts with where: too weak to be an authority's. */
enum status authority_key_check(EVP_PKEY *public, const char *where);

#endif
