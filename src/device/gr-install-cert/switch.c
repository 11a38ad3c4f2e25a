/* switch.c - which generation is live */
#include "switch.h"
#include "complain.h"
#include "generation.h"
#include "pair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum status check_seat(const struct seat *seat)
{
	enum seat_kind kind;
	enum status st;

	if ((st = seat_look(&kind, seat)) != GR_OK || kind == SEAT_OURS)
		return st;
	complain("%s: %s", seat->path, kind == SEAT_MISSING ? "missing; run gr-install-cert recover"
							     : "a foreign file in the place of our link");
	return GR_BAD;
}

enum status switch_check_seats(const struct store *store)
{
	enum status st = check_seat(&store->key);

	return st == GR_OK ? check_seat(&store->certificate) : st;
}

/* From disk, every time: what was staged well may since have been damaged. */
static enum status check_complete(char id[static 65], const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	if ((st = pair_read(&pair, store, n)) == GR_NO) {
		complain("%s/%lu: not a complete pair", store->path, (unsigned long)n);
		return GR_BAD;
	}
	if (st == GR_OK)
		memcpy(id, pair.cert.id, sizeof pair.cert.id);
	pair_release(&pair);
	return st;
}

/* The pair that a runtime would load now is the one whose certificate is id. */
static enum status read_back(const struct store *store, const char *id)
{
	struct pair pair;
	enum status st;

	if ((st = pair_read_configured(&pair, store)) != GR_OK) {
		if (st == GR_NO)
			complain("%s: the configured paths lead nowhere", store->path);
		return GR_FAIL;
	}
	if (strcmp(pair.cert.id, id) != 0) {
		complain("%s: shows certificate %s, not %s", store->certificate.path, pair.cert.id, id);
		st = GR_FAIL;
	}
	pair_release(&pair);
	return st;
}

static enum status prepare_way_back(const struct desk *desk, uint32_t live)
{
	enum status st;
	uint32_t back;

	if (store_link(&back, &desk->store, "back") != GR_OK || back != live)
		if ((st = store_point(&desk->store, "back", live)) != GR_OK)
			return st;
	return journal_is(&desk->journal, "trial") ? journal_prepare(&desk->journal, &desk->store) : store_sync(&desk->store);
}

enum status switch_to(const struct desk *desk, uint32_t n)
{
	const struct store *store = &desk->store;
	char id[65];
	enum status st;
	uint32_t live;

	if ((st = switch_check_seats(store)) != GR_OK || (st = check_complete(id, store, n)) != GR_OK)
		return st;
	if ((st = store_link(&live, store, "live")) != GR_OK) {
		if (st == GR_NO)
			complain("%s: nothing is live; run gr-install-cert recover", store->path);
		return GR_BAD;
	}
	if (live == n)	/* a second call, or one after a kill: the rename may not be durable yet */
		return (st = store_sync(store)) == GR_OK ? read_back(store, id) : st;
	if ((st = prepare_way_back(desk, live)) != GR_OK || (st = store_point(store, "live", n)) != GR_OK)
		return st;
	if ((st = read_back(store, id)) != GR_OK && renameat(store->dir, "back", store->dir, "live") == 0)
		store_sync(store);
	return st;
}

/* 0: neither the journal nor the link back says. */
static uint32_t way_back(const struct desk *desk)
{
	uint32_t back = 0;

	if (journal_number(&desk->journal, JOURNAL_OLD) > 0)
		return (uint32_t)journal_number(&desk->journal, JOURNAL_OLD);
	return store_link(&back, &desk->store, "back") == GR_OK ? back : 0;
}

enum status switch_drop_back(const struct store *store)
{
	if (unlinkat(store->dir, "back", 0) == 0 || errno == ENOENT)
		return store_sync(store);
	complain("%s/back: %s", store->path, strerror(errno));
	return GR_FAIL;
}

/* The prepared link is renamed where it says the right thing: that needs neither an inode nor a block. */
static enum status point_live(const struct store *store, uint32_t n)
{
	uint32_t back;

	if (store_link(&back, store, "back") != GR_OK || back != n)
		return store_point(store, "live", n);
	if (renameat(store->dir, "back", store->dir, "live") == 0)
		return store_sync(store);
	complain("%s/live: cannot be pointed back at %lu: %s", store->path, (unsigned long)n, strerror(errno));
	return GR_FAIL;
}

enum status switch_back(const struct desk *desk)
{
	const struct store *store = &desk->store;
	uint32_t live = 0, n = way_back(desk);
	char id[65];
	enum status st;

	if ((st = store_link(&live, store, "live")) == GR_BAD)
		return st;
	if (n == live || (n == 0 && generation_is_committed(store, live)))
		return switch_drop_back(store);
	if (n == 0 || generation_is_committed(store, live)) {
		complain("%s/%lu: %s", store->path, (unsigned long)live, n == 0 ? "live, and there is nothing to go back to"
									       : "committed; activate -g another one instead");
		return GR_BAD;
	}
	if ((st = switch_check_seats(store)) != GR_OK || (st = check_complete(id, store, n)) != GR_OK ||
	    (st = point_live(store, n)) != GR_OK)
		return st;
	if ((st = read_back(store, id)) != GR_OK && live != 0)
		store_point(store, "live", live);
	return st;
}
