/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal arm: the deadline of the trial, from now */
#include "complain.h"
#include "gr-journal/commands.h"
#include "rotation/device_context.h"
#include "rotation/trial.h"

#include <getopt.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-journal arm", "[options] SECONDS",
				      "Set the deadline of the trial.", options };

static enum status arm(struct device_context *context, uint32_t seconds)
{
	enum status st;

	st = device_context_open(context, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE);
	if (st != GR_OK)
		return st;
	if (!journal_has_phase(&context->journal)) {
		complain("%s: there is no journal", context->store.path);
		return GR_NO;
	}
	if ((st = trial_arm(&context->journal, seconds)) != GR_OK)
		return st;
	return journal_write(&context->journal, &context->store);
}

int command_arm(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	uint32_t seconds;
	enum status st;

	st = device_context_options(&context, &spec, argc, argv);
	if (st == GR_OK && argc - optind != 1)
		arg_usage(&spec);
	if (st == GR_OK && (st = arg_u32(&seconds, "SECONDS", argv[optind])) == GR_OK)
		st = arm(&context, seconds);
	return device_context_close(&context, st);
}
