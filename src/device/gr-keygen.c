/* SPDX-License-Identifier: Apache-2.0 */
/* gr-keygen: make the next private key */
#include "alg.h"
#include "complain.h"
#include "gr-keygen/token.h"
#include "rotation/device_context.h"
#include "secret.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/token_key_store.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the generation to make it in (default: the journal's new, else the next free one)" },
	{ 'k', "key", "URI", "make a device's first key in a token, called so; prints its whole URI" },
	{ 'l', "list-algorithms", NULL, "print what can be made, and how it signs; with -k by that token" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-keygen", "[options]",
				      "Makes the next private key; prints its generation.",
				      options };

static enum status choose_generation(uint32_t *n, const struct device_context *desk)
{
	if (desk->generation == 0 && journal_number(&desk->journal, JOURNAL_NEW) == 0)
		return generation_next(n, &desk->store);
	return device_context_generation(n, desk, JOURNAL_NEW);
}

/* What the job asked for goes before what is configured. */
static enum status choose_algorithm(const struct alg_key **alg, const struct device_context *desk)
{
	const char *name = desk->journal.value[JOURNAL_KEY_ALGORITHM];

	return alg_key_find(alg, name[0] ? name : conf_text(&desk->conf, CONF_KEY_ALGORITHM));
}

/*
 * The live key shows who may read the new one. GR_BAD: n is live or committed, or nothing is live.
 */
static enum status check_free(struct stat *like, const struct store *store, uint32_t n)
{
	uint32_t live = 0;
	enum status st;

	if ((st = store_link(&live, store, "live")) == GR_OK)
		st = pair_has_key(like, store, live);
	if (st == GR_NO) {
		complain("%s: no live key; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	if (st != GR_OK || (n != live && (st = generation_is_committed(store, n)) != GR_OK))
		return st == GR_NO ? GR_OK : st;
	complain("%s/%" PRIu32 ": in use; it keeps its key", store->path, n);
	return GR_BAD;
}

static enum status make_key(const struct device_context *desk, uint32_t n, const struct stat *like)
{
	const struct alg_key *alg;
	enum status st;

	if ((st = choose_algorithm(&alg, desk)) != GR_OK ||
	    (st = generation_make(&desk->store, n)) != GR_OK)
		return st;
	return token_key_store_make(&desk->store, n, alg, like);
}

/* A key that is there is kept: asked again after a cut, the backend must see the same one. */
static enum status keygen(const struct device_context *desk)
{
	struct stat like, own;
	enum status st;
	uint32_t n;

	if ((st = choose_generation(&n, desk)) != GR_OK ||
	    (st = check_free(&like, &desk->store, n)) != GR_OK)
		return st;
	if ((st = pair_has_key(&own, &desk->store, n)) == GR_NO)
		st = make_key(desk, n, &like);
	if (st == GR_OK)
		printf("%" PRIu32 "\n", n);
	return st;
}

static enum status run(struct device_context *desk, const char *uri, bool list)
{
	enum status st;

	if (!uri && !list)
		return (st = device_context_open(desk,
						 DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE)) ==
			GR_OK
		    ? keygen(desk)
		    : st;
	if ((st = conf_load(&desk->conf)) != GR_OK)
		return st;
	return list ? token_list(&desk->conf, uri) : token_first_key(&desk->conf, uri);
}

int main(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	const char *uri = NULL;
	enum status st = GR_OK;
	bool list = false;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == 'k')
			uri = optarg;
		else if (ch == 'l')
			list = true;
		else
			st = device_context_option(&desk, ch, optarg);
	}
	if (st == GR_OK && (argc > optind || (uri && desk.generation)))
		arg_usage(&spec);
	if (st == GR_OK)
		st = run(&desk, uri, list);
	return device_context_close(&desk, st);
}
