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

/* A new key; free with EVP_PKEY_free. */
enum status key_generate(EVP_PKEY **key, const struct alg_key *alg);
/* GR_BAD: no unencrypted private key in path. GR_NO, silent: no such file. */
enum status key_read(EVP_PKEY **key, const char *path);
/* where names the source in error lines. */
enum status key_from_pem(EVP_PKEY **key, const char *pem, size_t len, const char *where);
/*
 * RSA as PKCS#1, EC as PKCS#8 with a named curve: what both Greengrass nuclei read. End with
 * key_wipe.
 */
enum status key_pem(char **pem, size_t *len, EVP_PKEY *key);
/* Overwrites and frees secret text; takes NULL. */
void key_wipe(char *pem, size_t len);
/*
 * For OpenSSL's PEM readers, whatever they read: what is encrypted fails. Without it they ask the
 * terminal.
 */
int key_no_passphrase(char *buf, int size, int rwflag, void *arg);
/*
 * Can it sign at all? For a key in a token that proves whose it is (token_key.h). Silent:
 * OpenSSL's queue has the reason.
 */
bool key_signs(EVP_PKEY *key);
/*
 * Which key it is, by its public half: curve and point, or the RSA modulus (whatever the exponent,
 * its factors are the same secret). The encoding that it came in has no part in it. For a key in
 * its usual form, with exponent 65537, this is the SHA-256 over its SubjectPublicKeyInfo, which is
 * what registries of all versions hold. Lower-case hex. False, silent: it cannot be read;
 * OpenSSL's queue has the reason.
 */
bool key_identity(char hex[static 65], EVP_PKEY *key);

#endif
