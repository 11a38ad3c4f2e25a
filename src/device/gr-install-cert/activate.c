/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert activate */
#include "gr-install-cert/commands.h"
#include "gr-install-cert/switch.h"
#include "rotation/device_context.h"

#include <getopt.h>

static const struct arg_option options[] = { DEVICE_CONTEXT_GENERATION,
					     CONF_OPTIONS,
					     { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert activate", "[options]",
				      "Makes a complete generation live.", options };

int command_activate(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	enum status st;
	uint32_t n;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK &&
	    (st = device_context_open(&desk, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE)) ==
		GR_OK &&
	    (st = device_context_generation(&n, &desk, JOURNAL_NEW)) == GR_OK)
		st = switch_to(&desk, n);
	return device_context_close(&desk, st);
}
