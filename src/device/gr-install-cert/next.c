/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert next */
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"
#include "store/generation.h"

#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert next", "[options]",
				      "Print a generation number that is free; make nothing.",
				      options };

static enum status print_next(struct device_context *context)
{
	enum status st;
	uint32_t next;

	st = generation_next(&next, &context->store);
	if (st == GR_OK)
		printf("%" PRIu32 "\n", next);
	return st;
}

int command_next(int argc, char *argv[])
{
	return device_context_run(&spec, argc, argv,
				  DEVICE_CONTEXT_STORE | DEVICE_CONTEXT_DAMAGED, print_next);
}
