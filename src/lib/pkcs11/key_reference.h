/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_reference.h - the text that a file holds in place of a private key when the key itself is in
 * a token.
 *
 *	pkcs11:token=gr;object=pump.2;id=%3f...;type=private
 *	shown=pkcs11:token=gr;object=pump;id=%01;type=private
 *	-----BEGIN PUBLIC KEY----- ...
 *
 * The first line is the name of the key. There is a second line if a runtime knows its key by a
 * fixed label: the key has that name while it is the live one. The public key is missing until the
 * key has been made, and in a file that was written by hand.
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

/* Tells whether text is a key reference, well formed or not. */
bool key_reference_is(const char *text);
/*
 * Tells whether text is a key reference that was written by hand, without the public key, which
 * must then be read from the token.
 */
bool key_reference_is_bare(const char *text);
/*
 * Parses the text. file is where it was read from: who can write that file decides how far the URI
 * is trusted (uri.h); NULL: the text is our own. Takes a zeroed struct; key_reference_release it
 * in any case. GR_BAD, one line that starts with where: not a reference.
 */
enum status key_reference_parse(struct key_reference *reference, const char *text,
				const char *where, const struct stat *file);
/* Formats it as text; free *text. GR_FAIL, one line: out of memory. */
enum status key_reference_format(char **text, size_t *len, const struct key_reference *reference);
/* Gives the URI by which a runtime knows the key; for references with has_shown. */
void key_reference_shown(struct uri *uri, const struct key_reference *reference);
void key_reference_release(struct key_reference *reference);

#endif
