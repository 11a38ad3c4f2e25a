/* SPDX-License-Identifier: Apache-2.0 */
/* switch.c - which generation is live */
#include "gr-install-cert/switch.h"
#include "complain.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/relabel.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum status check_seat(const struct configured_path *seat)
{
	enum configured_path_kind kind;
	enum status st;

	if ((st = configured_path_look(&kind, seat)) != GR_OK || kind == CONFIGURED_PATH_OURS)
		return st;
	complain("%s: %s", seat->path,
		 kind == CONFIGURED_PATH_MISSING ? "missing; run gr-install-cert recover"
						 : "a foreign file in the place of our link");
	return GR_BAD;
}

enum status switch_check_seats(const struct store *store)
{
	enum status st = check_seat(&store->key);

	return st == GR_OK ? check_seat(&store->certificate) : st;
}

/* From disk and token, every time: what was staged well may since have been damaged. */
static enum status check_complete(char id[static 65], const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	if ((st = pair_read(&pair, store, n)) == GR_NO) {
		complain("%s/%lu: not a complete pair", store->path, (unsigned long)n);
		return GR_BAD;
	}
	if (st == GR_OK && (st = pair_prove(&pair, store)) == GR_OK)
		memcpy(id, pair.cert.id, sizeof pair.cert.id);
	pair_release(&pair);
	return st;
}

/* The pair that a runtime would load now is the one of generation n, whose certificate is id. */
static enum status read_back(const struct store *store, uint32_t n, const char *id)
{
	struct pair pair;
	enum status st;

	if ((st = relabel_show(store, n)) != GR_OK)
		return st;
	if ((st = pair_read_configured(&pair, store)) != GR_OK) {
		if (st == GR_NO)
			complain("%s: the configured paths lead nowhere", store->path);
		return GR_FAIL;
	}
	if (strcmp(pair.cert.id, id) != 0) {
		complain("%s: shows certificate %s, not %s", store->certificate.path, pair.cert.id,
			 id);
		st = GR_FAIL;
	}
	pair_release(&pair);
	return st;
}

static enum status prepare_way_back(const struct device_context *desk, uint32_t live)
{
	enum status st;
	uint32_t back;

	if ((st = store_link(&back, &desk->store, "back")) == GR_FAIL)
		return st;
	if (st != GR_OK || back != live)
		if ((st = store_point(&desk->store, "back", live)) != GR_OK)
			return st;
	return journal_is(&desk->journal, "trial") ? journal_prepare(&desk->journal, &desk->store)
						   : store_sync(&desk->store);
}

enum status switch_to(const struct device_context *desk, uint32_t n)
{
	const struct store *store = &desk->store;
	char id[65];
	enum status st;
	uint32_t live;

	if ((st = switch_check_seats(store)) != GR_OK ||
	    (st = check_complete(id, store, n)) != GR_OK)
		return st;
	if ((st = store_link(&live, store, "live")) != GR_OK) {
		if (st == GR_NO)
			complain("%s: nothing is live; run gr-install-cert recover", store->path);
		return st == GR_FAIL ? st : GR_BAD;
	}
	if (live == n)	/* a second call, or one after a kill: the rename may not be durable yet */
		return (st = store_sync(store)) == GR_OK ? read_back(store, n, id) : st;
	if ((st = prepare_way_back(desk, live)) != GR_OK ||
	    (st = store_point(store, "live", n)) != GR_OK)
		return st;
	if ((st = read_back(store, n, id)) != GR_OK &&
	    renameat(store->dir, "back", store->dir, "live") == 0 && store_sync(store) == GR_OK)
		/* it has said what went wrong, and recover does it again */
		(void)relabel_show(store, live);
	return st;
}

/* 0: neither the journal nor the link back says. */
static enum status way_back(uint32_t *n, const struct device_context *desk)
{
	enum status st;

	*n = (uint32_t)journal_number(&desk->journal, JOURNAL_OLD);
	if (*n != 0 || (st = store_link(n, &desk->store, "back")) == GR_OK)
		return GR_OK;
	*n = 0;
	return st == GR_NO ? GR_OK : st;
}

enum status switch_drop_back(const struct store *store)
{
	if (unlinkat(store->dir, "back", 0) == 0 || errno == ENOENT)
		return store_sync(store);
	complain("%s/back: %s", store->path, strerror(errno));
	return GR_FAIL;
}

/*
 * The prepared link is renamed where it says the right thing: that needs neither an inode nor a
 * block.
 */
static enum status point_live(const struct store *store, uint32_t n)
{
	enum status st;
	uint32_t back;

	if ((st = store_link(&back, store, "back")) == GR_FAIL)
		return st;
	if (st != GR_OK || back != n)
		return store_point(store, "live", n);
	if (renameat(store->dir, "back", store->dir, "live") == 0)
		return store_sync(store);
	complain("%s/live: cannot be pointed back at %lu: %s", store->path, (unsigned long)n,
		 strerror(errno));
	return GR_FAIL;
}

/* Once committed the old pair may be dead to the backend already: back to it only by name. */
static enum status check_way_back(const struct store *store, uint32_t live, uint32_t n,
				  bool committed)
{
	if (n != 0 && !committed)
		return GR_OK;
	complain("%s/%lu: %s", store->path, (unsigned long)live,
		 committed ? "committed; activate -g another one instead"
			   : "live, and there is nothing to go back to");
	return GR_BAD;
}

enum status switch_back(const struct device_context *desk)
{
	const struct store *store = &desk->store;
	uint32_t live = 0, n;
	char id[65];
	enum status st, mark = GR_NO;

	if ((st = way_back(&n, desk)) != GR_OK ||
	    ((st = store_link(&live, store, "live")) != GR_OK && st != GR_NO) ||
	    (live != 0 && (mark = generation_is_committed(store, live)) == GR_FAIL))
		return st != GR_OK ? st : mark;
	if (n == live || (n == 0 && mark == GR_OK))
		return (st = relabel_show(store, live)) == GR_OK ? switch_drop_back(store) : st;
	if ((st = check_way_back(store, live, n, mark == GR_OK)) != GR_OK ||
	    (st = switch_check_seats(store)) != GR_OK ||
	    (st = check_complete(id, store, n)) != GR_OK || (st = point_live(store, n)) != GR_OK)
		return st;
	/*
	 * A token that fails is no reason to go forward again: the next call, or recover, does
	 * what is left.
	 */
	if ((st = read_back(store, n, id)) != GR_OK && live != 0 && !store->key.token)
		store_point(store, "live", live);
	return st;
}
