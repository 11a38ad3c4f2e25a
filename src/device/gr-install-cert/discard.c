/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert discard */
#include "complain.h"
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"
#include "store/garbage.h"
#include "store/relabel.h"

#include <getopt.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the generation to destroy" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert discard", "[options] -g N",
				      "Destroys a generation that is not live.", options };

static enum status discard(const struct device_context *desk)
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
	if ((st = relabel_show(store, live)) != GR_OK)
		return st;
	if (store_link(&back, store, "back") == GR_OK && back == desk->generation &&
	    (st = switch_drop_back(store)) != GR_OK)
		return st;
	return garbage_generation(store, desk->generation);
}

int command_discard(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	enum status st;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK &&
	    (argc > optind || desk.generation == 0))
		arg_usage(&spec);
	if (st == GR_OK &&
	    (st = device_context_open(&desk, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE)) == GR_OK)
		st = discard(&desk);
	return device_context_close(&desk, st);
}
