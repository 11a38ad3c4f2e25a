/* SPDX-License-Identifier: Apache-2.0 */
/* key_backend.c - the choice between files and token */
#include "store/key_backend.h"
#include "pkcs11/uri.h"

const struct key_backend *key_backend_of(const char *text)
{
	return uri_is(text) ? &token_keys : &file_keys;
}
