/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert commit */
#include "complain.h"
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"
#include "store/garbage.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/relabel.h"

#include <getopt.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the generation to mark (default: the live one)" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert commit", "[options]",
				      "Marks a generation committed and destroys the old one.",
				      options };

/* Before the final word the old pair may still be the one that survives. */
static enum status check_phase(const struct journal *journal)
{
	const char *phase = journal->value[JOURNAL_PHASE];

	if (!phase[0] || journal_is(journal, "idle") || journal_is(journal, "reporting"))
		return GR_OK;
	complain("the phase is %s: only reporting and idle commit", phase);
	return GR_BAD;
}

static enum status check_complete(const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	if ((st = pair_read(&pair, store, n)) == GR_NO) {
		complain("%s/%lu: not a complete pair", store->path, (unsigned long)n);
		return GR_BAD;
	}
	pair_release(&pair);
	return st;
}

static enum status commit(const struct device_context *desk)
{
	const struct store *store = &desk->store;
	uint32_t live, n, old = (uint32_t)journal_number(&desk->journal, JOURNAL_OLD);
	enum status st;

	if ((st = check_phase(&desk->journal)) != GR_OK)
		return st;
	if ((st = store_link(&live, store, "live")) != GR_OK) {
		if (st == GR_NO)
			complain("%s: nothing is live; run gr-install-cert recover", store->path);
		return st == GR_FAIL ? st : GR_BAD;
	}
	n = desk->generation ? desk->generation : live;
	if ((st = check_complete(store, n)) != GR_OK ||
	    (st = generation_commit(store, n)) != GR_OK || n != live ||
	    (st = relabel_show(store, live)) != GR_OK)
		return st;
	if (old != 0 && old != live && (st = garbage_generation(store, old)) != GR_OK)
		return st;
	return switch_drop_back(store);
}

int command_commit(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	enum status st;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK &&
	    (st = device_context_open(&desk, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE)) == GR_OK)
		st = commit(&desk);
	return device_context_close(&desk, st);
}
