/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert rollback */
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"

#include <getopt.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert rollback", "[options]",
				      "Make the old generation live again.", options };

static enum status rollback(struct device_context *context)
{
	enum status st;

	st = device_context_open(context, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE);
	return st == GR_OK ? switch_back(context) : st;
}

int command_rollback(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st;

	st = device_context_options(&context, &spec, argc, argv);
	if (st == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK)
		st = rollback(&context);
	return device_context_close(&context, st);
}
