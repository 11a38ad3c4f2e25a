/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_reference.h - what stands in place of a private key, in a file, when the key itself is in a
 * token.
 *
 *	pkcs11:token=gr;object=pump.2;id=%3f...;type=private
 *	shown=pkcs11:token=gr;object=pump;id=%01;type=private
 *	-----BEGIN PUBLIC KEY----- ...
 *
 * The first line is the name of the key. A runtime that knows its key by a fixed label finds it
 * under the second one, which the key bears while it is the live one; elsewhere that line is
 * missing. The public key is missing until the key was made, and in a file that somebody wrote by
 * hand.
 */
#ifndef GR_PKCS11_KEY_REFERENCE_H
#define GR_PKCS11_KEY_REFERENCE_H

#include <openssl/types.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "pkcs11/object.h"
#include "pkcs11/uri.h"
#include "status.h"

struct key_reference {
	struct uri uri;			/* its own name, and how to get at the token */
	bool has_shown;
	struct object_name shown;
	EVP_PKEY *public;		/* NULL: not known */
};

/* text is one, or wants to be. */
bool key_reference_is(const char *text);
/* It is one that somebody wrote by hand: what it lacks the token has to say. */
bool key_reference_is_bare(const char *text);
/*
 * file is where text was read from: who may write it decides how far its URI is believed (uri.h);
 * NULL: it is our own. GR_BAD, one line that starts with where. Takes a zeroed struct;
 * key_reference_release it in any case.
 */
enum status key_reference_parse(struct key_reference *reference, const char *text,
				const char *where, const struct stat *file);
/* free *text. */
enum status key_reference_format(char **text, size_t *len, const struct key_reference *reference);
/* The URI by which a runtime knows the key; has_shown is set. */
void key_reference_shown(struct uri *uri, const struct key_reference *reference);
void key_reference_release(struct key_reference *reference);

#endif
