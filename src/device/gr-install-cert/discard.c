/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert discard */
#include "arrange.h"
#include "complain.h"
#include "desk.h"
#include "sweep.h"
#include "switch.h"
#include "verbs.h"

#include <getopt.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the generation to destroy" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert discard", "[options] -g N", "Destroys a generation that is not live.", options };

static enum status discard(const struct desk *desk)
{
	const struct store *store = &desk->store;
	uint32_t live, back;
	enum status st;

	/* Without a live link any of them may be the last good one. */
	if ((st = store_link(&live, store, "live")) != GR_OK) {
		if (st == GR_NO)
			complain("%s: nothing is live; run gr-install-cert recover", store->path);
		return st == GR_FAIL ? st : GR_BAD;
	}
	if (live == desk->generation) {
		complain("%s/%lu: live; it is not destroyed", store->path, (unsigned long)live);
		return GR_BAD;
	}
	if ((st = arrange_show(store, live)) != GR_OK)
		return st;
	if (store_link(&back, store, "back") == GR_OK && back == desk->generation && (st = switch_drop_back(store)) != GR_OK)
		return st;
	return sweep_generation(store, desk->generation);
}

int verb_discard(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	enum status st;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && (argc > optind || desk.generation == 0))
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_LOCK | DESK_STORE)) == GR_OK)
		st = discard(&desk);
	return desk_close(&desk, st);
}
