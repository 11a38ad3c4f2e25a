/*
 * pair.h - a private key and its certificate, read together and proven to belong together.
 *
 * On any status but GR_OK one line has been written, unless a function says otherwise, and *pair is
 * released.
 */
#ifndef GR_PAIR_H
#define GR_PAIR_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cert.h"
#include "status.h"
#include "store.h"

struct pair {
	char *key_pem, *cert_pem;	/* the files, byte for byte */
	size_t key_len, cert_len;
	struct stat key_stat, cert_stat;
	EVP_PKEY *key;
	struct cert cert;
};

/* GR_NO, silent: one of the two is missing. GR_BAD: they do not parse or do not belong together. */
enum status pair_read(struct pair *pair, const struct store *store, uint32_t generation);
/* The same for what a runtime finds at the configured paths, whether plain files or our links. */
enum status pair_read_configured(struct pair *pair, const struct store *store);
/* The key of a generation alone; status, unless NULL, gets its owner and mode. GR_NO, silent: none. */
enum status pair_read_key(EVP_PKEY **key, struct stat *status, const struct store *store, uint32_t generation);
/*
 * Compares the public keys, then signs with key and verifies with the certificate. GR_BAD, one line that starts with where.
 */
enum status pair_check(EVP_PKEY *key, const struct cert *cert, const char *where);
bool pair_same(const struct pair *a, const struct pair *b);	/* byte for byte */
void pair_release(struct pair *pair);	/* takes a zeroed struct */

#endif
