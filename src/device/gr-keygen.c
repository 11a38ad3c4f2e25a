/* SPDX-License-Identifier: Apache-2.0 */
/* gr-keygen: make the next private key */
#include "alg.h"
#include "complain.h"
#include "config/gr_config.h"
#include "gr-keygen/token.h"
#include "rotation/device_context.h"
#include "secret.h"
#include "store/generation.h"
#include "store/next_key.h"
#include "store/pair.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N",
	  "the generation to make it in (default: the journal's new, else the next free one)" },
	{ 'k', "key", "URI",
	  "make a device's first key in a token, with the label of URI; print its full URI" },
	{ 'l', "list-algorithms", NULL,
	  "print the algorithms of keys and their signatures; with -k those of that token" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-keygen", "[options]",
				      "Make the next private key; print its generation.",
				      options };

static enum status choose_generation(uint32_t *n, const struct device_context *context)
{
	if (context->generation == 0 && journal_number(&context->journal, JOURNAL_NEW) == 0)
		return generation_next(n, &context->store);
	return device_context_generation(n, context, JOURNAL_NEW);
}

/* What the job asked for goes before what is configured. */
static enum status choose_algorithm(const struct alg_key **alg,
				    const struct device_context *context)
{
	const char *name = context->journal.value[JOURNAL_KEY_ALGORITHM];

	if (name[0] == '\0')
		name = conf_text(&context->conf, CONF_KEY_ALGORITHM);
	return alg_key_find(alg, name);
}

/* The live key shows who may read the new one. GR_BAD: nothing is live. */
static enum status read_live(uint32_t *live, struct stat *like, const struct store *store)
{
	enum status st;

	st = store_link(live, store, "live");
	if (st == GR_OK)
		st = pair_has_key(like, store, *live);
	if (st == GR_NO) {
		complain("%s: no live key; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	return st;
}

/* GR_BAD: generation n is live or committed. */
static enum status check_unused(const struct store *store, uint32_t n, uint32_t live)
{
	enum status st = n == live ? GR_OK : generation_is_committed(store, n);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	complain("%s/%" PRIu32 ": in use; it keeps its key", store->path, n);
	return GR_BAD;
}

static enum status make_key(const struct device_context *context, uint32_t n,
			    const struct stat *like)
{
	const struct alg_key *alg;
	enum status st;

	st = choose_algorithm(&alg, context);
	if (st != GR_OK)
		return st;
	st = generation_make(&context->store, n);
	return st == GR_OK ? next_key_make(&context->store, n, alg, like) : st;
}

/* A key that is there is kept: asked again after a cut, the backend must see the same one. */
static enum status keygen(const struct device_context *context)
{
	const struct store *store = &context->store;
	struct stat like, own;
	uint32_t n, live;
	enum status st;

	st = choose_generation(&n, context);
	if (st != GR_OK)
		return st;
	st = read_live(&live, &like, store);
	if (st != GR_OK)
		return st;
	st = check_unused(store, n, live);
	if (st != GR_OK)
		return st;
	st = pair_has_key(&own, store, n);
	if (st == GR_NO)
		st = make_key(context, n, &like);
	if (st == GR_OK)
		printf("%" PRIu32 "\n", n);
	return st;
}

static enum status run_in_store(struct device_context *context)
{
	enum status st;

	st = device_context_open(context, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE);
	return st == GR_OK ? keygen(context) : st;
}

static enum status run(struct device_context *context, const char *uri, bool list)
{
	enum status st;

	if (!uri && !list)
		return run_in_store(context);
	st = gr_config_load(&context->conf);
	if (st != GR_OK)
		return st;
	return list ? token_list(&context->conf, uri) : token_first_key(&context->conf, uri);
}

int main(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
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
			st = device_context_option(&context, ch, optarg);
	}
	if (st == GR_OK && (argc > optind || (uri && context.generation)))
		arg_usage(&spec);
	if (st == GR_OK)
		st = run(&context, uri, list);
	return device_context_close(&context, st);
}
