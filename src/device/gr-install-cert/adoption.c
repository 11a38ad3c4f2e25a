/* SPDX-License-Identifier: Apache-2.0 */
/* adoption.c - plain files into the store */
#include "gr-install-cert/adoption.h"
#include "complain.h"
#include "store/generation.h"
#include "store/pair.h"

#include <sys/stat.h>

/* What is at the configured paths. */
struct scene {
	enum configured_path_kind key, certificate;
};

static enum status look(struct scene *scene, const struct store *store)
{
	enum status st;

	st = configured_path_look(&scene->key, &store->key);
	if (st != GR_OK)
		return st;
	return configured_path_look(&scene->certificate, &store->certificate);
}

static enum status complain_missing(const struct store *store, const struct scene *scene)
{
	if (scene->key == CONFIGURED_PATH_OBJECT)
		complain(
		    "%s: there is nothing to adopt: no such private key, or no certificate %s",
		    store->key.path, store->certificate.path);
	else if (scene->key == CONFIGURED_PATH_MISSING)
		complain("%s: there is nothing to adopt", store->key.path);
	else
		complain("%s: there is nothing to adopt", store->certificate.path);
	return GR_BAD;
}

/* Two names of one file would become two links into one generation, one of them wrong. */
static enum status check_two_files(const struct store *store, const struct pair *pair)
{
	const struct stat *key = &pair->key_file.stat, *certificate = &pair->cert_file.stat;

	if (!S_ISREG(key->st_mode) || key->st_dev != certificate->st_dev ||
	    key->st_ino != certificate->st_ino)
		return GR_OK;
	complain("%s: one file for both key and certificate; give each its own", store->key.path);
	return GR_BAD;
}

/*
 * Is generation n committed and the same pair? GR_NO: it is not committed, not complete or another
 * pair. GR_FAIL: it cannot be told.
 */
static enum status compare(const struct store *store, uint32_t n, const struct pair *pair)
{
	struct pair other;
	enum status st;

	st = generation_is_committed(store, n);
	if (st != GR_OK)
		return st;
	st = pair_read(&other, store, n);
	if (st != GR_OK)
		return st == GR_FAIL ? st : GR_NO;
	st = pair_same(pair, &other) ? GR_OK : GR_NO;
	pair_release(&other);
	return st;
}

/* Finds the committed generation that already holds the pair. GR_NO: none. */
static enum status find_same(uint32_t *generation, const struct store *store,
			     const struct pair *pair)
{
	struct generation_list list;
	enum status st;

	st = generation_list(&list, store);
	if (st != GR_OK)
		return st;
	for (size_t i = list.count; i-- > 0;) {
		st = compare(store, list.number[i], pair);
		if (st == GR_OK)
			*generation = list.number[i];
		if (st != GR_NO)
			return st;
	}
	return GR_NO;
}

/* The directory is as open to readers as the file beside which it lies. */
static const struct stat *readers_of(const struct store *store, const struct pair *pair)
{
	return store->place.path == store->certificate.path ? &pair->cert_file.stat
							    : &pair->key_file.stat;
}

static enum status import(uint32_t *generation, struct store *store, struct pair *pair)
{
	enum status st;

	st = store_create(store, readers_of(store, pair));
	if (st != GR_OK)
		return st;
	st = find_same(generation, store, pair);
	if (st != GR_NO)
		return st;
	st = generation_next(generation, store);
	if (st != GR_OK)
		return st;
	st = store->keys->name_adopted(pair, store, *generation);
	if (st != GR_OK)
		return st;
	return generation_import(store, *generation, &pair->key_file, &pair->cert_file);
}

static enum status point_live(struct store *store, uint32_t generation)
{
	enum status st;
	uint32_t live;

	st = store_link(&live, store, "live");
	if (st == GR_FAIL)
		return st;
	if (st == GR_OK && live == generation)
		return store_sync(store);
	return store_point(store, "live", generation);
}

/* Of what is not a plain file there is nothing to replace by a link. */
static enum status prepare_links(const struct store *store, const struct scene *scene)
{
	enum status st = GR_OK;

	if (scene->key == CONFIGURED_PATH_PLAIN)
		st = configured_path_prepare(&store->key);
	if (st == GR_OK && scene->certificate == CONFIGURED_PATH_PLAIN)
		st = configured_path_prepare(&store->certificate);
	return st;
}

static enum status take_links(const struct store *store, const struct scene *scene)
{
	enum status st = GR_OK;

	if (scene->key == CONFIGURED_PATH_PLAIN)
		st = configured_path_take(&store->key);
	if (st == GR_OK && scene->certificate == CONFIGURED_PATH_PLAIN)
		st = configured_path_take(&store->certificate);
	return st;
}

/*
 * First everything that can be refused is tried while nothing has changed yet: that the token can
 * pass a label on, that the file systems have links, that owners can be given. Then each step
 * shows the same bytes at the configured paths as the one before.
 */
static enum status adopt_pair(uint32_t *live, struct store *store, const struct scene *scene,
			      struct pair *pair)
{
	enum status st;

	st = store->keys->check_adoptable(pair, store);
	if (st != GR_OK)
		return st;
	st = prepare_links(store, scene);
	if (st != GR_OK)
		return st;
	st = generation_try(store, &pair->key_file.stat, &pair->cert_file.stat);
	if (st != GR_OK)
		return st;
	st = import(live, store, pair);
	if (st != GR_OK)
		return st;
	st = point_live(store, *live);
	if (st != GR_OK)
		return st;
	st = take_links(store, scene);
	if (st != GR_OK)
		return st;
	store->key.adopted = store->certificate.adopted = true;
	return store->keys->show(store, *live);
}

/* What a runtime finds is still the pair that was adopted. */
static enum status check_unchanged(const struct store *store, const struct pair *pair)
{
	struct pair after;
	enum status st;

	st = pair_read_configured(&after, store);
	if (st != GR_OK)
		return st;
	if (!pair_same(pair, &after)) {
		complain("%s: the pair changed while it was adopted", store->path);
		st = GR_FAIL;
	}
	pair_release(&after);
	return st;
}

static enum status adopt(uint32_t *live, struct store *store, const struct scene *scene,
			 struct pair *pair)
{
	enum status st;

	st = check_two_files(store, pair);
	if (st != GR_OK)
		return st;
	st = adopt_pair(live, store, scene, pair);
	if (st != GR_OK) {
		configured_path_unprepare(&store->key);
		configured_path_unprepare(&store->certificate);
		return st;
	}
	return check_unchanged(store, pair);
}

enum status adoption_run(uint32_t *live, struct store *store)
{
	struct scene scene;
	struct pair pair;
	enum status st;

	st = configured_path_check(&store->key);
	if (st != GR_OK)
		return st;
	st = configured_path_check(&store->certificate);
	if (st != GR_OK)
		return st;
	st = store->keys->look(store);
	if (st != GR_OK)
		return st;
	st = look(&scene, store);
	if (st != GR_OK)
		return st;
	st = pair_read_configured(&pair, store);
	if (st == GR_NO)
		return complain_missing(store, &scene);
	if (st != GR_OK)
		return st;
	if (scene.key == CONFIGURED_PATH_OURS && scene.certificate == CONFIGURED_PATH_OURS)
		st = store_link(live, store, "live");
	else
		st = adopt(live, store, &scene, &pair);
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
	st = look(&scene, store);
	if (st != GR_OK)
		return st;
	if (!configured_path_is_adoptable(scene.key) &&
	    !configured_path_is_adoptable(scene.certificate))
		return GR_NO;
	st = pair_read_configured(&pair, store);
	if (st != GR_OK)
		return st == GR_FAIL ? st : GR_NO;
	st = find_same(&same, store, &pair);
	pair_release(&pair);
	return st;
}
