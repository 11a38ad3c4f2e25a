/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed_key.h - a private key that leaves the machine: PKCS#8, encrypted under a passphrase
 * (PBES2 with scrypt, RFC 7914, and AES-256-CBC). `openssl pkey -in FILE` opens it as well.
 *
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_ISSUER_SEALED_KEY_H
#define GR_ISSUER_SEALED_KEY_H

#include <openssl/evp.h>
#include <stddef.h>

#include "status.h"

enum { SEALED_PASSPHRASE = 1024 };	/* bytes, with the NUL */

/*
 * Reads a passphrase, the first line of the file; "-" is standard input; sealed_forget it. GR_BAD:
 * no such file, an empty line, or a longer one.
 */
enum status sealed_passphrase(char **passphrase, const char *path);
void sealed_forget(char *passphrase);	/* takes NULL */
/* Formats the key, encrypted, as PEM; free it. */
enum status sealed_key_pem(char **pem, size_t *len, EVP_PKEY *key, const char *passphrase);
/*
 * Decrypts a key; EVP_PKEY_free it. where names the source in error lines. GR_BAD: the passphrase
 * is wrong, or pem holds no such key.
 */
enum status sealed_key_open(EVP_PKEY **key, const char *pem, size_t len, const char *passphrase,
			    const char *where);

#endif
