/* SPDX-License-Identifier: Apache-2.0 */
/* switch.c - which generation is live */
#include "gr-install-cert/switch.h"
#include "complain.h"
#include "store/generation.h"
#include "store/pair.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum status check_path(const struct configured_path *path)
{
	enum configured_path_kind kind;
	enum status st;

	st = configured_path_look(&kind, path);
	if (st != GR_OK || kind == CONFIGURED_PATH_OURS)
		return st;
	complain("%s: %s", path->path,
		 kind == CONFIGURED_PATH_MISSING ? "missing; run gr-install-cert recover"
						 : "a foreign file in the place of our link");
	return GR_BAD;
}

enum status switch_check_paths(const struct store *store)
{
	enum status st = check_path(&store->key);

	return st == GR_OK ? check_path(&store->certificate) : st;
}

/*
 * Checks that generation n can become live and gives its certificate's id. From disk and token,
 * every time: what was staged well may since have been damaged.
 */
static enum status check_complete(char id[static 65], const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	st = pair_read(&pair, store, n);
	if (st == GR_NO) {
		complain("%s/%lu: not a complete pair", store->path, (unsigned long)n);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	st = pair_prove(&pair, store);
	memcpy(id, pair.cert.id, sizeof pair.cert.id);
	pair_release(&pair);
	return st;
}

/*
 * Makes a runtime find generation n, and checks that the pair it would load now is that one, whose
 * certificate is id.
 */
static enum status read_back(const struct store *store, uint32_t n, const char *id)
{
	struct pair pair;
	enum status st;

	st = store->keys->show(store, n);
	if (st != GR_OK)
		return st;
	st = pair_read_configured(&pair, store);
	if (st == GR_NO)
		complain("%s: the configured paths lead nowhere", store->path);
	if (st != GR_OK)
		return GR_FAIL;
	if (strcmp(pair.cert.id, id) != 0) {
		complain("%s: shows certificate %s, not %s", store->certificate.path, pair.cert.id,
			 id);
		st = GR_FAIL;
	}
	pair_release(&pair);
	return st;
}

/* Makes durable what a rollback to live needs: the link back, and in a trial its record. */
static enum status prepare_way_back(const struct device_context *context, uint32_t live)
{
	const struct store *store = &context->store;
	enum status st;
	uint32_t back;

	st = store_link(&back, store, "back");
	if (st == GR_FAIL)
		return st;
	if (st != GR_OK || back != live) {
		st = store_point(store, "back", live);
		if (st != GR_OK)
			return st;
	}
	if (journal_is(&context->journal, PHASE_TRIAL))
		return journal_prepare(&context->journal, store);
	return store_sync(store);
}

/* Points live back, after a switch that did not show. A line of its own says what fails here. */
static void undo(const struct store *store, uint32_t live)
{
	if (renameat(store->dir, "back", store->dir, "live") != 0)
		return;
	if (store_sync(store) != GR_OK)
		return;
	/* where it fails, recover does it again */
	(void)store->keys->show(store, live);
}

enum status switch_find_live(uint32_t *live, const struct store *store)
{
	enum status st = store_link(live, store, "live");

	if (st == GR_NO) {
		complain("%s: nothing is live; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	return st;
}

enum status switch_to(const struct device_context *context, uint32_t n)
{
	const struct store *store = &context->store;
	char id[65];
	enum status st;
	uint32_t live;

	st = switch_check_paths(store);
	if (st != GR_OK)
		return st;
	st = check_complete(id, store, n);
	if (st != GR_OK)
		return st;
	st = switch_find_live(&live, store);
	if (st != GR_OK)
		return st;
	if (live == n) {
		/* a second call, or one after a kill: the rename may not be durable yet */
		st = store_sync(store);
		return st == GR_OK ? read_back(store, n, id) : st;
	}
	st = prepare_way_back(context, live);
	if (st != GR_OK)
		return st;
	st = store_point(store, "live", n);
	if (st != GR_OK)
		return st;
	st = read_back(store, n, id);
	if (st != GR_OK)
		undo(store, live);
	return st;
}

enum status switch_drop_back(const struct store *store)
{
	return store_unlink(store, "back");
}

/* The generation to go back to: the journal's old one, else that of the link back; 0: neither. */
static enum status find_old(uint32_t *old, const struct device_context *context)
{
	enum status st;

	*old = (uint32_t)journal_number(&context->journal, JOURNAL_OLD);
	if (*old != 0)
		return GR_OK;
	st = store_link(old, &context->store, "back");
	if (st == GR_NO) {
		*old = 0;
		return GR_OK;
	}
	return st;
}

/*
 * Points live at old. The prepared link is renamed where it points there: that needs neither an
 * inode nor a block.
 */
static enum status point_live(const struct store *store, uint32_t old)
{
	enum status st;
	uint32_t back;

	st = store_link(&back, store, "back");
	if (st == GR_FAIL)
		return st;
	if (st != GR_OK || back != old)
		return store_point(store, "live", old);
	if (renameat(store->dir, "back", store->dir, "live") == 0)
		return store_sync(store);
	complain("%s/live: cannot be pointed back at %lu: %s", store->path, (unsigned long)old,
		 strerror(errno));
	return GR_FAIL;
}

/* What a rollback starts from. */
struct situation {
	uint32_t live;		/* 0: nothing is live */
	bool committed;		/* the live generation */
	uint32_t old;		/* 0: there is nothing to go back to */
};

static enum status assess(struct situation *now, const struct device_context *context)
{
	const struct store *store = &context->store;
	enum status st;

	*now = (struct situation){ .live = 0 };
	st = find_old(&now->old, context);
	if (st != GR_OK)
		return st;
	st = store_link(&now->live, store, "live");
	if (st == GR_NO) {
		now->live = 0;
		return GR_OK;
	}
	if (st != GR_OK)
		return st;
	st = generation_is_committed(store, now->live);
	if (st == GR_FAIL)
		return st;
	now->committed = st == GR_OK;
	return GR_OK;
}

/* Is the rollback done already, or was there none to do? */
static bool is_back(const struct situation *now)
{
	return now->old == now->live || (now->old == 0 && now->committed);
}

/*
 * Once the live pair is committed, the backend may have destroyed the old one: a return to it must
 * be asked for by its number.
 */
static enum status check_allowed(const struct store *store, const struct situation *now)
{
	if (now->old != 0 && !now->committed)
		return GR_OK;
	complain("%s/%lu: %s", store->path, (unsigned long)now->live,
		 now->committed ? "committed; activate -g another one instead"
				: "live, and there is nothing to go back to");
	return GR_BAD;
}

/*
 * Makes old live and reads it back. Where that does not show and the link decides, the link goes
 * back to what was live. Where a token must follow the link, a failure of the token is no reason
 * to go forward again: the next call, or recover, does what is left.
 */
static enum status go_back(const struct store *store, const struct situation *now, const char *id)
{
	enum status st;

	st = point_live(store, now->old);
	if (st != GR_OK)
		return st;
	st = read_back(store, now->old, id);
	if (st != GR_OK && now->live != 0 && store->keys->link_decides)
		store_point(store, "live", now->live);
	return st;
}

enum status switch_back(const struct device_context *context)
{
	const struct store *store = &context->store;
	struct situation now;
	char id[65];
	enum status st;

	st = assess(&now, context);
	if (st != GR_OK)
		return st;
	if (is_back(&now)) {
		st = store->keys->show(store, now.live);
		return st == GR_OK ? switch_drop_back(store) : st;
	}
	st = check_allowed(store, &now);
	if (st != GR_OK)
		return st;
	st = switch_check_paths(store);
	if (st != GR_OK)
		return st;
	st = check_complete(id, store, now.old);
	if (st != GR_OK)
		return st;
	return go_back(store, &now, id);
}
