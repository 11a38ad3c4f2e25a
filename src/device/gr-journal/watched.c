/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal watched: would somebody end a trial in our place? */
#include "gr-journal/commands.h"
#include "rotation/device_context.h"
#include "rotation/heartbeat.h"

#include <getopt.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-journal watched", "[options]",
				      "Tell whether a watchdog runs for this journal.",
				      options };

int command_watched(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st;

	if ((st = device_context_options(&context, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = device_context_open(&context, DEVICE_CONTEXT_DAMAGED)) == GR_OK) {
		store_close(&context.store);	/* $GR_STATE is for who we are outside the store */
		st = heartbeat_check(&context.conf, context.store.path);
	}
	return device_context_close(&context, st);
}
