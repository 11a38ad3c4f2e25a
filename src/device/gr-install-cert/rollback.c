/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert rollback */
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"

#include <getopt.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert rollback", "[options]",
				      "Makes the old generation live again.", options };

int command_rollback(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	enum status st;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK &&
	    (st = device_context_open(&desk, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE)) == GR_OK)
		st = switch_back(&desk);
	return device_context_close(&desk, st);
}
