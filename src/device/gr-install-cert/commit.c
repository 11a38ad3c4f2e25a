/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert commit */
#include "complain.h"
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"
#include "store/garbage.h"
#include "store/generation.h"
#include "store/pair.h"

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the generation to mark (default: the live one)" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert commit", "[options]",
				      "Mark a generation committed and destroy the old one.",
				      options };

/* Until the final status was accepted the old pair may still be the one that survives. */
static enum status check_phase(const struct journal *journal)
{
	const char *phase = journal->value[JOURNAL_PHASE];

	if (!phase[0] || journal_is(journal, PHASE_IDLE) || journal_is(journal, PHASE_REPORTING))
		return GR_OK;
	complain("the phase is %s: only reporting and idle commit", phase);
	return GR_BAD;
}

static enum status check_complete(const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	st = pair_read(&pair, store, n);
	if (st == GR_NO) {
		complain("%s/%lu: not a complete pair", store->path, (unsigned long)n);
		return GR_BAD;
	}
	pair_release(&pair);
	return st;
}

static enum status mark(const struct store *store, uint32_t n)
{
	enum status st = check_complete(store, n);

	return st == GR_OK ? generation_commit(store, n) : st;
}

/* Once the live generation is committed, and a runtime finds it, nothing needs the old one. */
static enum status finish(const struct store *store, uint32_t live, uint32_t old)
{
	enum status st;

	st = store->keys->show(store, live);
	if (st != GR_OK)
		return st;
	if (old != 0 && old != live) {
		st = garbage_generation(store, old);
		if (st != GR_OK)
			return st;
	}
	return switch_drop_back(store);
}

static enum status commit(struct device_context *context)
{
	const struct store *store = &context->store;
	uint32_t live, n, old = (uint32_t)journal_number(&context->journal, JOURNAL_OLD);
	enum status st;

	st = check_phase(&context->journal);
	if (st != GR_OK)
		return st;
	st = switch_find_live(&live, store);
	if (st != GR_OK)
		return st;
	n = context->generation ? context->generation : live;
	st = mark(store, n);
	if (st != GR_OK || n != live)
		return st;
	return finish(store, live, old);
}

int command_commit(int argc, char *argv[])
{
	return device_context_run(&spec, argc, argv,
				  DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE, commit);
}
