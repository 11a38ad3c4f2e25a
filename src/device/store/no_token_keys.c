/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_token_keys.c - token_keys in a build without PKCS#11 (WITH_PKCS11=0): a private.key that
 * holds a reference is refused, whoever wrote it
 *
 * store_open refuses a privateKeyPath that is a URI, so this is never the back end of a whole
 * store, and the operations on one are left out. So are those that come after parse.
 */
#include "pkcs11/key_reference.h"
#include "store/generation.h"
#include "store/key_backend.h"
#include "store/pair.h"

static enum status refuse(const struct generation_file *file, const char *where)
{
	struct key_reference reference = { .public = NULL };

	return key_reference_parse(&reference, file->data, where, &file->stat);
}

static enum status parse(EVP_PKEY **key, const struct generation_file *file, const char *where)
{
	(void)key;
	return refuse(file, where);
}

static enum status load(EVP_PKEY **key, const struct store *store,
			const struct generation_file *file, const char *where)
{
	(void)key;
	(void)store;
	return refuse(file, where);
}

/* What is in the token stays, and so does the file that names it. */
static enum status destroy(const struct store *store, const struct generation_file *file)
{
	return refuse(file, store->path);
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
	return refuse(&pair->key_file, store->key.path);
}

const struct key_backend token_keys = {
	.parse = parse,
	.load = load,
	.destroy = destroy,
	.name = name,
	.complete = complete,
};
