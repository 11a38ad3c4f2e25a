/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key.h - private keys in memory: made, read, written as PEM, compared by their public half.
 *
 * On any status but GR_OK one line has been written and *key or *pem is untouched.
 */
#ifndef GR_KEY_H
#define GR_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "alg.h"
#include "status.h"

enum { KEY_FILE_MAX = 65536 };	/* bytes of a key file that we are willing to read */

/* Makes a new key; free it with EVP_PKEY_free. */
enum status key_generate(EVP_PKEY **key, const struct alg_key *alg);
/*
 * Reads the private key in path; EVP_PKEY_free it. GR_BAD: it holds no unencrypted private key.
 * GR_NO, silent: no such file.
 */
enum status key_read(EVP_PKEY **key, const char *path);
/* Does the same from memory; where names the source in error lines. */
enum status key_from_pem(EVP_PKEY **key, const char *pem, size_t len, const char *where);
/*
 * Formats a private key as PEM: RSA as PKCS#1, EC as PKCS#8 with a named curve, which both
 * Greengrass nuclei read. key_wipe it.
 */
enum status key_pem(char **pem, size_t *len, EVP_PKEY *key);
/* Overwrites and frees secret text; takes NULL. */
void key_wipe(char *pem, size_t len);
/*
 * Refuses to give a passphrase, so that OpenSSL's PEM readers fail on encrypted input; without
 * this callback they would ask at the terminal.
 */
int key_no_passphrase(char *buf, int size, int rwflag, void *arg);
/*
 * Tells whether the key can sign, by a signature. A key in a token proves so that it belongs to
 * its public half (token_key.h). Silent; OpenSSL's queue has the reason.
 */
bool key_signs(EVP_PKEY *key);
/*
 * Computes an identifier of the key, in lower-case hex, from its public half: curve and point, or
 * the RSA modulus (the exponent does not count, since the secret factors are the same). It does
 * not depend on the encoding that the key came in. For a key in its usual form, with exponent
 * 65537, it is the SHA-256 over its SubjectPublicKeyInfo, which is what registries of all versions
 * hold. False, silent: the key cannot be read; OpenSSL's queue has the reason.
 */
bool key_identity(char hex[static 65], EVP_PKEY *key);

#endif
