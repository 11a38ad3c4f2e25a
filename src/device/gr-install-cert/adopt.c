/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert adopt */
#include "complain.h"
#include "gr-install-cert/adoption.h"
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = {
	"gr-install-cert adopt", "[options]",
	"Takes plain files into the store; prints the live generation.", options
};

static bool is_idle(const struct journal *journal)
{
	return !journal->value[JOURNAL_PHASE][0] || journal_is(journal, "idle");
}

/* In the middle of a rotation a file that somebody dropped there is not ours to judge. */
static enum status check_idle(const struct device_context *desk)
{
	enum configured_path_kind key, cert;
	enum status st;

	if (is_idle(&desk->journal))
		return GR_OK;
	if ((st = configured_path_look(&key, &desk->store.key)) != GR_OK ||
	    (st = configured_path_look(&cert, &desk->store.certificate)) != GR_OK)
		return st;
	if (key == CONFIGURED_PATH_OURS && cert == CONFIGURED_PATH_OURS)
		return GR_OK;
	complain("%s: a foreign file in the place of our link, and the phase is %s, not idle",
		 key != CONFIGURED_PATH_OURS ? desk->store.key.path : desk->store.certificate.path,
		 desk->journal.value[JOURNAL_PHASE]);
	return GR_BAD;
}

int command_adopt(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	uint32_t live;
	enum status st;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = device_context_open(&desk, DEVICE_CONTEXT_LOCK)) == GR_OK &&
	    (st = store_check_live(&desk.store)) == GR_OK && (st = check_idle(&desk)) == GR_OK &&
	    (st = adoption_run(&live, &desk.store)) == GR_OK)
		printf("%" PRIu32 "\n", live);
	return device_context_close(&desk, st);
}
