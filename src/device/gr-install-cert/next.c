/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert next */
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"
#include "store/generation.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert next", "[options]",
				      "Prints a generation number that is free; makes nothing.",
				      options };

int command_next(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	uint32_t next;
	enum status st;

	if ((st = device_context_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK &&
	    (st = device_context_open(&desk, DEVICE_CONTEXT_STORE | DEVICE_CONTEXT_DAMAGED)) ==
		GR_OK &&
	    (st = generation_next(&next, &desk.store)) == GR_OK)
		printf("%" PRIu32 "\n", next);
	return device_context_close(&desk, st);
}
