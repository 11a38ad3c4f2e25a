/* SPDX-License-Identifier: Apache-2.0 */
/* file_keys.c - private keys in files: a runtime follows the link live, and nothing else moves */
#include "alg.h"
#include "key.h"
#include "store/generation.h"
#include "store/key_backend.h"
#include "store/pair.h"

#include <openssl/evp.h>
#include <string.h>

static enum status parse(EVP_PKEY **key, const struct generation_file *file, const char *where)
{
	return key_from_pem(key, file->data, file->len, where);
}

static enum status check(const struct pair *pair, const char *where)
{
	return pair_check(&file_keys, pair->key, &pair->cert, where);
}

static enum status failure(EVP_PKEY *key)
{
	(void)key;
	return GR_BAD;
}

/* check has made it sign. */
static enum status prove(const struct pair *pair, const struct store *store)
{
	(void)pair;
	(void)store;
	return GR_OK;
}

static enum status load(EVP_PKEY **key, const struct store *store,
			const struct generation_file *file, const char *where)
{
	(void)store;
	return parse(key, file, where);
}

static bool same_bytes(const struct generation_file *a, const struct generation_file *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static bool same(const struct pair *a, const struct pair *b)
{
	return same_bytes(&a->key_file, &b->key_file) && same_bytes(&a->cert_file, &b->cert_file);
}

static enum status make(const struct store *store, uint32_t n, const struct alg_key *alg,
			const struct stat *like)
{
	EVP_PKEY *key = NULL;
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	st = key_generate(&key, alg);
	if (st == GR_OK)
		st = key_pem(&pem, &len, key);
	if (st == GR_OK)
		st = generation_write(store, n, STORE_KEY_FILE, pem, len, like);
	key_wipe(pem, len);
	EVP_PKEY_free(key);
	return st;
}

static enum status destroy(const struct store *store, const struct generation_file *file)
{
	(void)store;
	(void)file;
	return GR_OK;
}

static bool name(char *to, size_t size, const struct generation_file *file, bool live)
{
	(void)to;
	(void)size;
	(void)file;
	(void)live;
	return false;
}

static enum status complete(struct pair *pair, const struct store *store)
{
	(void)pair;
	(void)store;
	return GR_OK;
}

static enum status is_pending(const struct store *store, uint32_t live)
{
	(void)store;
	(void)live;
	return GR_NO;
}

/* For show and stage. */
static enum status nothing_to_do(const struct store *store, uint32_t n)
{
	(void)store;
	(void)n;
	return GR_OK;
}

/* configured_path_look sees another file in the place of our link. */
static enum status look(struct store *store)
{
	(void)store;
	return GR_OK;
}

/* store_open has refused a certificate in a token beside a key in a file. */
static enum status read_certificate(struct generation_file *file, const struct store *store)
{
	(void)file;
	(void)store;
	return GR_NO;
}

static enum status check_adoptable(const struct pair *pair, const struct store *store)
{
	(void)pair;
	(void)store;
	return GR_OK;
}

static enum status name_adopted(struct pair *pair, const struct store *store, uint32_t n)
{
	(void)pair;
	(void)store;
	(void)n;
	return GR_OK;
}

const struct key_backend file_keys = {
	.parse = parse,
	.check = check,
	.prove = prove,
	.failure = failure,
	.load = load,
	.same = same,
	.make = make,
	.destroy = destroy,
	.name = name,
	.complete = complete,
	.link_decides = true,
	.is_pending = is_pending,
	.show = nothing_to_do,
	.stage = nothing_to_do,
	.look = look,
	.read_certificate = read_certificate,
	.check_adoptable = check_adoptable,
	.name_adopted = name_adopted,
};
