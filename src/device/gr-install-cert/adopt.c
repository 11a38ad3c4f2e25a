/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert adopt */
#include "complain.h"
#include "gr-install-cert/adoption.h"
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"

#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = {
	"gr-install-cert adopt", "[options]",
	"Take plain files into the store; print the live generation.", options
};

static bool is_idle(const struct journal *journal)
{
	return !journal->value[JOURNAL_PHASE][0] || journal_is(journal, PHASE_IDLE);
}

/* In the middle of a rotation a file that somebody dropped there is not ours to judge. */
static enum status check_idle(const struct device_context *context)
{
	const struct store *store = &context->store;
	enum configured_path_kind key, cert;
	enum status st;

	if (is_idle(&context->journal))
		return GR_OK;
	st = configured_path_look(&key, &store->key);
	if (st != GR_OK)
		return st;
	st = configured_path_look(&cert, &store->certificate);
	if (st != GR_OK)
		return st;
	if (key == CONFIGURED_PATH_OURS && cert == CONFIGURED_PATH_OURS)
		return GR_OK;
	complain("%s: a foreign file in the place of our link, and the phase is %s, not idle",
		 key != CONFIGURED_PATH_OURS ? store->key.path : store->certificate.path,
		 context->journal.value[JOURNAL_PHASE]);
	return GR_BAD;
}

static enum status adopt(struct device_context *context)
{
	uint32_t live;
	enum status st;

	st = store_check_live(&context->store);
	if (st != GR_OK)
		return st;
	st = check_idle(context);
	if (st != GR_OK)
		return st;
	st = adoption_run(&live, &context->store);
	if (st == GR_OK)
		printf("%" PRIu32 "\n", live);
	return st;
}

int command_adopt(int argc, char *argv[])
{
	return device_context_run(&spec, argc, argv, DEVICE_CONTEXT_LOCK, adopt);
}
