/* adoption.c - plain files into the store */
#include "adoption.h"
#include "complain.h"
#include "generation.h"
#include "pair.h"

#include <string.h>
#include <unistd.h>

struct scene {
	enum seat_kind key, certificate;
};

static enum status look(struct scene *scene, const struct store *store)
{
	enum status st;

	if ((st = seat_look(&scene->key, &store->key)) == GR_OK)
		st = seat_look(&scene->certificate, &store->certificate);
	return st;
}

static enum status complain_missing(const struct store *store, const struct scene *scene)
{
	const struct seat *seat = scene->key == SEAT_MISSING ? &store->key : &store->certificate;

	complain("%s: there is nothing to adopt", seat->path);
	return GR_BAD;
}

/* Two names of one file would become two links into one generation, one of them wrong. */
static enum status check_two_files(const struct store *store, const struct pair *pair)
{
	if (pair->key_stat.st_dev != pair->cert_stat.st_dev || pair->key_stat.st_ino != pair->cert_stat.st_ino)
		return GR_OK;
	complain("%s: one file for both key and certificate; give each its own", store->key.path);
	return GR_BAD;
}

/* GR_NO: generation n is not committed, not complete or another pair. A disk error is not an answer. */
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
static enum status find_same(uint32_t *generation, const struct store *store, const struct pair *pair)
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

static enum status import(uint32_t *generation, struct store *store, const struct pair *pair)
{
	enum status st;

	if ((st = store_create(store, &pair->key_stat)) != GR_OK || (st = find_same(generation, store, pair)) != GR_NO)
		return st;
	if ((st = generation_next(generation, store)) == GR_OK)
		st = generation_import(store, *generation, pair);
	return st;
}

static enum status point_live(struct store *store, uint32_t generation)
{
	enum status st;
	uint32_t live;

	if ((st = store_link(&live, store, "live")) == GR_FAIL || (st == GR_OK && live == generation))
		return st == GR_OK ? store_sync(store) : st;
	return store_point(store, "live", generation);
}

/*
 * The prepared links come first: they prove that the file systems can do it while nothing has changed yet. Then each
 * step shows the same bytes at the configured paths as the one before.
 */
static enum status adopt_pair(uint32_t *live, struct store *store, const struct scene *scene, const struct pair *pair)
{
	enum status st;

	if ((scene->key == SEAT_PLAIN && (st = seat_prepare(&store->key)) != GR_OK) ||
	    (scene->certificate == SEAT_PLAIN && (st = seat_prepare(&store->certificate)) != GR_OK))
		return st;
	if ((st = import(live, store, pair)) != GR_OK || (st = point_live(store, *live)) != GR_OK)
		return st;
	if ((scene->key == SEAT_PLAIN && (st = seat_take(&store->key)) != GR_OK) ||
	    (scene->certificate == SEAT_PLAIN && (st = seat_take(&store->certificate)) != GR_OK))
		return st;
	return GR_OK;
}

enum status adoption_run(uint32_t *live, struct store *store)
{
	struct scene scene;
	struct pair pair, after;
	enum status st;

	if ((st = seat_check(&store->key)) != GR_OK || (st = seat_check(&store->certificate)) != GR_OK ||
	    (st = look(&scene, store)) != GR_OK)
		return st;
	if ((st = pair_read_configured(&pair, store)) != GR_OK)
		return st == GR_NO ? complain_missing(store, &scene) : st;
	if (scene.key == SEAT_OURS && scene.certificate == SEAT_OURS) {
		pair_release(&pair);
		return store_link(live, store, "live");
	}
	if ((st = check_two_files(store, &pair)) == GR_OK) {
		st = adopt_pair(live, store, &scene, &pair);
		if (st != GR_OK) {
			seat_unprepare(&store->key);
			seat_unprepare(&store->certificate);
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
	if (scene.key != SEAT_PLAIN && scene.certificate != SEAT_PLAIN)
		return GR_NO;
	if ((st = pair_read_configured(&pair, store)) != GR_OK)
		return st == GR_FAIL ? st : GR_NO;
	st = find_same(&same, store, &pair);
	pair_release(&pair);
	return st;
}
