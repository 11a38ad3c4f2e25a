/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair.h - a private key and its certificate, read together and proven to belong together.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise, and *pair
 * is released.
 */
#ifndef GR_STORE_PAIR_H
#define GR_STORE_PAIR_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cert.h"
#include "status.h"
#include "store/generation.h"
#include "store/key_backend.h"
#include "store/store.h"

struct pair {
	struct generation_file key_file, cert_file;	/* byte for byte */
	const struct key_backend *keys;			/* where the private key is */
	EVP_PKEY *key;		/* where that is a token, the public half alone */
	struct cert cert;
};

/*
 * Reads the pair of a generation and checks that key and certificate belong together. Opens no
 * token. GR_NO, silent: one of the two is missing. GR_BAD: they do not parse, or do not belong
 * together.
 */
enum status pair_read(struct pair *pair, const struct store *store, uint32_t generation);
/*
 * Does the same for the pair at the configured paths, whether plain files or our links. Opens a
 * token only for what was not adopted yet; for an adopted pair the back end's is_pending tells
 * whether a runtime finds it.
 */
enum status pair_read_configured(struct pair *pair, const struct store *store);
/*
 * Checks, by a signature, that the private key belongs to the certificate, wherever the key is.
 * GR_BAD: it does not.
 */
enum status pair_prove(const struct pair *pair, const struct store *store);
/*
 * Reads the key of a generation alone, ready to sign; EVP_PKEY_free it before store_close. GR_NO,
 * silent: none.
 */
enum status pair_read_key(EVP_PKEY **key, const struct store *store, uint32_t generation);
/*
 * Tells whether the generation has a key; *status gets the owner and mode of its file. Opens no
 * token. GR_NO, silent: none.
 */
enum status pair_has_key(struct stat *status, const struct store *store, uint32_t generation);
/*
 * Checks, by a signature, that the private key of a generation belongs to cert. GR_NO, silent: it
 * has no key. GR_BAD: it does not.
 */
enum status pair_check_fit(const struct store *store, uint32_t generation,
			   const struct cert *cert);
/*
 * Compares the public halves, then signs with key, which is of the back end keys, and verifies
 * with the certificate; the back ends call it. GR_BAD, one line that starts with where.
 */
enum status pair_check(const struct key_backend *keys, EVP_PKEY *key, const struct cert *cert,
		       const char *where);
/*
 * Tells whether two pairs are the same: byte for byte, or, in a token, the same key and
 * certificate.
 */
bool pair_same(const struct pair *a, const struct pair *b);
void pair_release(struct pair *pair);	/* takes a zeroed struct */

#endif
