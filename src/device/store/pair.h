/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair.h - a private key and its certificate, read together and proven to belong together.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise, and *pair
 * is released.
 */
#ifndef GR_STORE_PAIR_H
#define GR_STORE_PAIR_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cert.h"
#include "status.h"
#include "store/store.h"

struct pair {
	/* the files, byte for byte; the key's may be a reference (key_reference.h) */
	char *key_pem, *cert_pem;
	bool in_token;			/* it is one, and key is the public half alone */
	size_t key_len, cert_len;
	struct stat key_stat, cert_stat;
	EVP_PKEY *key;
	struct cert cert;
};

/*
 * GR_NO, silent: one of the two is missing. GR_BAD: they do not parse or do not belong together.
 * No token is asked.
 */
enum status pair_read(struct pair *pair, const struct store *store, uint32_t generation);
/*
 * The same for what a runtime finds at the configured paths, whether plain files or our links. A
 * token is asked for what was not adopted yet; of the rest relabel_is_pending says whether the
 * label has followed.
 */
enum status pair_read_configured(struct pair *pair, const struct store *store);
/*
 * Is the private key where the pair says? A token proves it by a signature. GR_BAD, one line: no.
 */
enum status pair_prove(const struct pair *pair, const struct store *store);
/*
 * The key of a generation alone, ready to sign; free it before store_close. GR_NO, silent: none.
 */
enum status pair_read_key(EVP_PKEY **key, const struct store *store, uint32_t generation);
/*
 * Has the generation a key? *status gets the owner and mode of its file. No token is asked. GR_NO,
 * silent: none.
 */
enum status pair_has_key(struct stat *status, const struct store *store, uint32_t generation);
/*
 * The text of private.key in a directory of the store; key_wipe it. GR_NO, silent: no such
 * directory or file.
 */
enum status pair_key_text(char **text, size_t *len, struct stat *status, const struct store *store,
			  const char *directory);
/*
 * For this module alone: a file by its name in an open directory, never through a link; and both
 * texts, taken apart.
 */
enum status pair_file(char **data, size_t *len, struct stat *status, int dir, const char *name,
		      const char *where, size_t max);
enum status pair_parse(struct pair *pair, const char *where_key, const char *where_cert);
/*
 * Compares the public keys, then signs with key and verifies with the certificate. GR_BAD, one
 * line that starts with where.
 */
enum status pair_check(EVP_PKEY *key, const struct cert *cert, const char *where);
/* byte for byte; in a token, the same key and certificate */
bool pair_same(const struct pair *a, const struct pair *b);
void pair_release(struct pair *pair);	/* takes a zeroed struct */

#endif
