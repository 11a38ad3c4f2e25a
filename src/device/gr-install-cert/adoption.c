/* SPDX-License-Identifier: Apache-2.0 */
/* adoption.c - plain files into the store */
#include "gr-install-cert/adoption.h"
#include "complain.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/relabel.h"
#include "store/token_key_store.h"

#include <string.h>
#include <unistd.h>

struct scene {
	enum configured_path_kind key, certificate;
};

static enum status look(struct scene *scene, const struct store *store)
{
	enum status st;

	if ((st = configured_path_look(&scene->key, &store->key)) == GR_OK)
		st = configured_path_look(&scene->certificate, &store->certificate);
	return st;
}

/*
 * Somebody may have put another key under the label in the token. What was never arranged is not
 * looked at: it may be anywhere.
 */
static enum status look_in_token(struct store *store)
{
	enum status st;
	uint32_t live;

	if (!store->key.token || !store->key.adopted ||
	    (st = store_link(&live, store, "live")) == GR_NO)
		return GR_OK;
	if (st != GR_OK || (st = relabel_is_pending(store, live)) != GR_NO)
		return st;
	if ((st = relabel_check(store, live)) == GR_NO) {
		store->key.adopted = store->certificate.adopted = false;
		st = GR_OK;
	}
	return st;
}

static enum status complain_missing(const struct store *store, const struct scene *scene)
{
	const struct configured_path *seat = scene->key == CONFIGURED_PATH_MISSING
	    ? &store->key
	    : &store->certificate;

	if (store->key.token)
		complain(
		    "%s: there is nothing to adopt: no such private key, or no certificate %s",
		    store->key.path, store->certificate.path);
	else
		complain("%s: there is nothing to adopt", seat->path);
	return GR_BAD;
}

/* Two names of one file would become two links into one generation, one of them wrong. */
static enum status check_two_files(const struct store *store, const struct pair *pair)
{
	if (store->key.token || pair->key_stat.st_dev != pair->cert_stat.st_dev ||
	    pair->key_stat.st_ino != pair->cert_stat.st_ino)
		return GR_OK;
	complain("%s: one file for both key and certificate; give each its own", store->key.path);
	return GR_BAD;
}

/*
 * GR_NO: generation n is not committed, not complete or another pair. A disk error is not an
 * answer.
 */
static enum status compare(const struct store *store, uint32_t n, const struct pair *pair)
{
	struct pair other;
	enum status st;

	if ((st = generation_is_committed(store, n)) != GR_OK)
		return st;
	if ((st = pair_read(&other, store, n)) != GR_OK)
		return st == GR_FAIL ? st : GR_NO;
	st = pair_same(pair, &other) ? GR_OK : GR_NO;
	pair_release(&other);
	return st;
}

/* The committed generation that already holds pair. GR_NO: none. */
static enum status find_same(uint32_t *generation, const struct store *store,
			     const struct pair *pair)
{
	struct generation_list list;
	enum status st = generation_list(&list, store);

	if (st != GR_OK)
		return st;
	st = GR_NO;
	for (size_t i = list.count; st == GR_NO && i-- > 0;)
		if ((st = compare(store, list.number[i], pair)) == GR_OK)
			*generation = list.number[i];
	return st;
}

static enum status import(uint32_t *generation, struct store *store, struct pair *pair)
{
	const struct stat *like = store->key.token && !store->certificate.token ? &pair->cert_stat
										: &pair->key_stat;
	enum status st;

	if ((st = store_create(store, like)) != GR_OK ||
	    (st = find_same(generation, store, pair)) != GR_NO)
		return st;
	if ((st = generation_next(generation, store)) == GR_OK &&
	    (st = token_key_store_name(pair, store, *generation)) == GR_OK)
		st = generation_import(store, *generation, pair);
	return st;
}

static enum status point_live(struct store *store, uint32_t generation)
{
	enum status st;
	uint32_t live;

	if ((st = store_link(&live, store, "live")) == GR_FAIL ||
	    (st == GR_OK && live == generation))
		return st == GR_OK ? store_sync(store) : st;
	return store_point(store, "live", generation);
}

/*
 * The prepared links come first: they prove that the file systems can do it while nothing has
 * changed yet, as generation_try does for the owners. Then each
 * step shows the same bytes at the configured paths as the one before.
 */
static enum status adopt_pair(uint32_t *live, struct store *store, const struct scene *scene,
			      struct pair *pair)
{
	enum status st;

	if ((st = token_key_store_check_movable(pair, store)) != GR_OK ||
	    (scene->key == CONFIGURED_PATH_PLAIN &&
	     (st = configured_path_prepare(&store->key)) != GR_OK) ||
	    (scene->certificate == CONFIGURED_PATH_PLAIN &&
	     (st = configured_path_prepare(&store->certificate)) != GR_OK))
		return st;
	if ((st = generation_try(store, pair)) != GR_OK ||
	    (st = import(live, store, pair)) != GR_OK || (st = point_live(store, *live)) != GR_OK)
		return st;
	if ((scene->key == CONFIGURED_PATH_PLAIN &&
	     (st = configured_path_take(&store->key)) != GR_OK) ||
	    (scene->certificate == CONFIGURED_PATH_PLAIN &&
	     (st = configured_path_take(&store->certificate)) != GR_OK))
		return st;
	store->key.adopted = store->certificate.adopted = true;
	return relabel_show(store, *live);
}

enum status adoption_run(uint32_t *live, struct store *store)
{
	struct scene scene;
	struct pair pair, after;
	enum status st;

	if ((st = configured_path_check(&store->key)) != GR_OK ||
	    (st = configured_path_check(&store->certificate)) != GR_OK ||
	    (st = look_in_token(store)) != GR_OK || (st = look(&scene, store)) != GR_OK)
		return st;
	if ((st = pair_read_configured(&pair, store)) != GR_OK)
		return st == GR_NO ? complain_missing(store, &scene) : st;
	if (scene.key == CONFIGURED_PATH_OURS && scene.certificate == CONFIGURED_PATH_OURS) {
		pair_release(&pair);
		return store_link(live, store, "live");
	}
	if ((st = check_two_files(store, &pair)) == GR_OK) {
		st = adopt_pair(live, store, &scene, &pair);
		if (st != GR_OK) {
			configured_path_unprepare(&store->key);
			configured_path_unprepare(&store->certificate);
		}
	}
	if (st == GR_OK && (st = pair_read_configured(&after, store)) == GR_OK) {
		if (!pair_same(&pair, &after)) {
			complain("%s: the pair changed while it was adopted", store->path);
			st = GR_FAIL;
		}
		pair_release(&after);
	}
	pair_release(&pair);
	return st;
}

enum status adoption_is_torn(const struct store *store)
{
	struct scene scene;
	struct pair pair;
	enum status st;
	uint32_t same;

	if (store->dir < 0)
		return GR_NO;
	if ((st = look(&scene, store)) != GR_OK)
		return st;
	if (scene.key != CONFIGURED_PATH_PLAIN && scene.certificate != CONFIGURED_PATH_PLAIN)
		return GR_NO;
	if ((st = pair_read_configured(&pair, store)) != GR_OK)
		return st == GR_FAIL ? st : GR_NO;
	st = find_same(&same, store, &pair);
	pair_release(&pair);
	return st;
}
