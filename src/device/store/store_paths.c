/* SPDX-License-Identifier: Apache-2.0 */
/* store_paths.c - store.h: paths for those who only read a pair */
#include "complain.h"
#include "store/store.h"
#include "str.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Both seats ours: then the pair in use is the live generation; otherwise it is what lies there.
 */
static enum status generation_in_use(uint32_t *generation, const struct store *store)
{
	enum configured_path_kind key, cert;
	enum status st;

	*generation = 0;
	if ((st = configured_path_look(&key, &store->key)) != GR_OK ||
	    (st = configured_path_look(&cert, &store->certificate)) != GR_OK)
		return st;
	if (key != CONFIGURED_PATH_OURS || cert != CONFIGURED_PATH_OURS)
		return GR_OK;
	if ((st = store_link(generation, store, "live")) == GR_NO)
		complain("%s: nothing is live; run gr-install-cert recover", store->path);
	return st == GR_NO ? GR_BAD : st;
}

static enum status pair_paths(char *key, char *cert, const struct store *store,
			      uint32_t generation)
{
	char number[16];
	struct stat st;
	bool fits;

	snprintf(number, sizeof number, "%lu", (unsigned long)generation);
	if (generation == 0)
		fits = str_copy(key, PATH_MAX, store->key.path) &&
		    str_copy(cert, PATH_MAX, store->certificate.path);
	else
		fits = str_format(key, PATH_MAX, "%s/%s/" STORE_KEY_FILE, store->path, number) &&
		    str_format(cert, PATH_MAX, "%s/%s/" STORE_CERTIFICATE_FILE, store->path,
			       number);
	if (!fits) {
		complain("%s: the path is too long", store->path);
		return GR_BAD;
	}
	if (generation != 0 &&
	    (store->dir < 0 || fstatat(store->dir, number, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	     !S_ISDIR(st.st_mode))) {
		complain("%s: there is no generation %s", store->path, number);
		return GR_BAD;
	}
	return GR_OK;
}

enum status store_pair_paths(char key[static PATH_MAX], char cert[static PATH_MAX],
			     const struct conf *conf, unsigned generation)
{
	uint32_t n = generation;
	struct store store;
	enum status st;

	if ((st = store_open(&store, conf)) == GR_OK &&
	    (n || (st = generation_in_use(&n, &store)) == GR_OK))
		st = pair_paths(key, cert, &store, n);
	store_close(&store);
	return st;
}
