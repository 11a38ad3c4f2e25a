/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert activate */
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"

static const struct arg_option options[] = { DEVICE_CONTEXT_GENERATION,
					     CONF_OPTIONS,
					     { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert activate", "[options]",
				      "Make a complete generation live.", options };

static enum status activate(struct device_context *context)
{
	enum status st;
	uint32_t n;

	st = device_context_generation(&n, context, JOURNAL_NEW);
	return st == GR_OK ? switch_to(context, n) : st;
}

int command_activate(int argc, char *argv[])
{
	return device_context_run(&spec, argc, argv,
				  DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE, activate);
}
