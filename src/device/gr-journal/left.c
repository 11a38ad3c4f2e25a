/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal left: how long the trial may still last */
#include "gr-journal/commands.h"
#include "rotation/device_context.h"
#include "rotation/trial.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-journal left", "[options]",
				      "Prints the seconds until the deadline of the trial.",
				      options };

/*
 * Read again under the lock: another may have renewed it meanwhile. The lock is taken as who we
 * are outside the store.
 */
static enum status renew(struct device_context *desk, uint32_t *seconds)
{
	bool renewed;
	enum status st;

	store_close(&desk->store);
	if ((st = lock_take(&desk->lock, &desk->conf)) != GR_OK ||
	    (st = store_open(&desk->store, &desk->conf)) != GR_OK)
		return st;
	if ((st = journal_read(&desk->journal, &desk->store)) != GR_OK ||
	    (st = trial_left(seconds, &renewed, &desk->journal)) != GR_OK)
		return st;
	return renewed ? journal_write(&desk->journal, &desk->store) : GR_OK;
}

int command_left(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	uint32_t seconds = 0;
	bool renewed;
	enum status st;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = device_context_open(&desk, 0)) == GR_OK &&
	    (st = desk.journal.value[JOURNAL_PHASE][0] ? GR_OK : GR_NO) == GR_OK &&
	    (st = trial_left(&seconds, &renewed, &desk.journal)) == GR_OK && renewed)
		st = renew(&desk, &seconds);
	if (st == GR_OK) {
		printf("%" PRIu32 "\n", seconds);
		st = seconds > 0 ? GR_OK : GR_NO;
	}
	return device_context_close(&desk, st);
}
