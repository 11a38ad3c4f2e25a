/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert rollback */
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert rollback", "[options]",
				      "Make the old generation live again.", options };

static enum status rollback(struct device_context *context)
{
	return switch_back(context);
}

int command_rollback(int argc, char *argv[])
{
	return device_context_run(&spec, argc, argv,
				  DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE, rollback);
}
