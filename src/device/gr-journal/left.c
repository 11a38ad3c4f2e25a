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
				      "Print the seconds until the deadline of the trial.",
				      options };

/*
 * The journal is read again under the lock, since another program may have renewed the deadline
 * meanwhile. The store is closed first: the lock is taken as the user that we are outside it.
 */
static enum status renew(struct device_context *context, uint32_t *seconds)
{
	enum status st;
	bool renewed;

	store_close(&context->store);
	if ((st = lock_take(&context->lock, &context->conf)) != GR_OK)
		return st;
	if ((st = store_open(&context->store, &context->conf)) != GR_OK)
		return st;
	if ((st = journal_read(&context->journal, &context->store)) != GR_OK)
		return st;
	if ((st = trial_left(seconds, &renewed, &context->journal)) != GR_OK)
		return st;
	return renewed ? journal_write(&context->journal, &context->store) : GR_OK;
}

/* GR_NO: there is no journal. */
static enum status read_left(struct device_context *context, uint32_t *seconds)
{
	enum status st;
	bool renewed;

	if ((st = device_context_open(context, 0)) != GR_OK)
		return st;
	if (!journal_has_phase(&context->journal))
		return GR_NO;
	if ((st = trial_left(seconds, &renewed, &context->journal)) != GR_OK)
		return st;
	return renewed ? renew(context, seconds) : GR_OK;
}

int command_left(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	uint32_t seconds = 0;
	enum status st = device_context_options(&context, &spec, argc, argv);

	if (st == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = read_left(&context, &seconds)) == GR_OK) {
		printf("%" PRIu32 "\n", seconds);
		st = seconds > 0 ? GR_OK : GR_NO;
	}
	return device_context_close(&context, st);
}
