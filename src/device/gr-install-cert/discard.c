/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert discard */
#include "complain.h"
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"
#include "store/garbage.h"

#include <getopt.h>
#include <stdbool.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the generation to destroy" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert discard", "[options] -g N",
				      "Destroy a generation that is not live.", options };

/* Does the link back point to n? A link that cannot be read points to nothing. */
static bool is_way_back(const struct store *store, uint32_t n)
{
	uint32_t back;

	return store_link(&back, store, "back") == GR_OK && back == n;
}

static enum status discard(const struct device_context *context)
{
	const struct store *store = &context->store;
	uint32_t live, n = context->generation;
	enum status st;

	/* Without a live link any of them may be the last good one. */
	st = switch_find_live(&live, store);
	if (st != GR_OK)
		return st;
	if (live == n) {
		complain("%s/%lu: live; it is not destroyed", store->path, (unsigned long)live);
		return GR_BAD;
	}
	st = store->keys->show(store, live);
	if (st != GR_OK)
		return st;
	if (is_way_back(store, n)) {
		st = switch_drop_back(store);
		if (st != GR_OK)
			return st;
	}
	return garbage_generation(store, n);
}

int command_discard(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st;

	st = device_context_options(&context, &spec, argc, argv);
	if (st == GR_OK && (argc > optind || context.generation == 0))
		arg_usage(&spec);
	if (st == GR_OK)
		st = device_context_open(&context, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE);
	if (st == GR_OK)
		st = discard(&context);
	return device_context_close(&context, st);
}
