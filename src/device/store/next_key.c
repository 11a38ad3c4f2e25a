/* SPDX-License-Identifier: Apache-2.0 */
/* next_key.c - where the next private key is made */
#include "store/next_key.h"
#include "config/settings.h"
#include "store/generation.h"
#include "store/key_backend.h"

/* Where the key of a generation is. GR_NO, silent: it has none. */
static enum status backend_of(const struct key_backend **keys, const struct store *store,
			      uint32_t n)
{
	struct generation_file file;
	enum status st = generation_key(&file, store, n);

	if (st == GR_OK)
		*keys = key_backend_of(file.data);
	generation_file_release(&file);
	return st;
}

static enum status backend_of_live(const struct key_backend **keys, const struct store *store)
{
	enum status st;
	uint32_t live;

	st = store_link(&live, store, "live");
	return st == GR_OK ? backend_of(keys, store, live) : st;
}

static enum status choose(const struct key_backend **keys, const struct store *store)
{
	const char *next = conf_text(store->conf, CONF_NEXT_KEY);
	enum status st;

	st = settings_next_key(store->conf);
	if (st != GR_OK)
		return st;
	*keys = store->keys;
	/* A runtime that knows its key by a label finds the next one in the same token. */
	if (!store->keys->link_decides)
		return GR_OK;
	if (next[0]) {
		*keys = key_backend_of(next);	/* "file" or a URI */
		return GR_OK;
	}
	st = backend_of_live(keys, store);
	return st == GR_NO ? GR_OK : st;
}

enum status next_key_make(const struct store *store, uint32_t n, const struct alg_key *alg,
			  const struct stat *like)
{
	const struct key_backend *keys;
	enum status st;

	/* What a cut left stays where it was begun, whatever nextKey says by now. */
	st = backend_of(&keys, store, n);
	if (st == GR_NO)
		st = choose(&keys, store);
	return st == GR_OK ? keys->make(store, n, alg, like) : st;
}
