/* gr-keygen: make the next private key */
#include "alg.h"
#include "complain.h"
#include "desk.h"
#include "generation.h"
#include "key.h"
#include "pair.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the generation to make it in (default: the journal's new, else the next free one)" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-keygen", "[options]", "Makes the next private key; prints its generation.", options };

static enum status choose_generation(uint32_t *n, const struct desk *desk)
{
	if (desk->generation == 0 && journal_number(&desk->journal, JOURNAL_NEW) == 0)
		return generation_next(n, &desk->store);
	return desk_generation(n, desk, JOURNAL_NEW);
}

/* What the job asked for goes before what is configured. */
static enum status choose_algorithm(const struct alg_key **alg, const struct desk *desk)
{
	const char *name = desk->journal.value[JOURNAL_KEY_ALGORITHM];

	return alg_key_find(alg, name[0] ? name : conf_text(&desk->conf, CONF_KEY_ALGORITHM));
}

/* The live key shows who may read the new one. GR_BAD: n is live or committed, or nothing is live. */
static enum status check_free(struct stat *like, const struct store *store, uint32_t n)
{
	EVP_PKEY *key = NULL;
	uint32_t live = 0;
	enum status st;

	if ((st = store_link(&live, store, "live")) == GR_OK)
		st = pair_read_key(&key, like, store, live);
	EVP_PKEY_free(key);
	if (st == GR_NO) {
		complain("%s: no live key; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	if (st != GR_OK || (n != live && (st = generation_is_committed(store, n)) != GR_OK))
		return st == GR_NO ? GR_OK : st;
	complain("%s/%" PRIu32 ": in use; it keeps its key", store->path, n);
	return GR_BAD;
}

static enum status make_key(const struct desk *desk, uint32_t n, const struct stat *like)
{
	const struct alg_key *alg;
	EVP_PKEY *key = NULL;
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = choose_algorithm(&alg, desk)) != GR_OK || (st = generation_make(&desk->store, n)) != GR_OK ||
	    (st = key_generate(&key, alg)) != GR_OK)
		return st;
	if ((st = key_pem(&pem, &len, key)) == GR_OK)
		st = generation_write(&desk->store, n, STORE_KEY_FILE, pem, len, like);
	key_wipe(pem, len);
	EVP_PKEY_free(key);
	return st;
}

/* A key that is there is kept: asked again after a cut, the backend must see the same one. */
static enum status keygen(const struct desk *desk)
{
	struct stat like;
	EVP_PKEY *key;
	enum status st;
	uint32_t n;

	if ((st = choose_generation(&n, desk)) != GR_OK || (st = check_free(&like, &desk->store, n)) != GR_OK)
		return st;
	if ((st = pair_read_key(&key, NULL, &desk->store, n)) == GR_OK)
		EVP_PKEY_free(key);
	else if (st == GR_NO)
		st = make_key(desk, n, &like);
	if (st == GR_OK)
		printf("%" PRIu32 "\n", n);
	return st;
}

int main(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	enum status st;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_LOCK | DESK_STORE)) == GR_OK)
		st = keygen(&desk);
	return desk_close(&desk, st);
}
