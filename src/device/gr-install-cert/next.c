/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert next */
#include "desk.h"
#include "generation.h"
#include "verbs.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert next", "[options]", "Prints a generation number that is free; makes nothing.", options };

int verb_next(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	uint32_t next;
	enum status st;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_STORE | DESK_DAMAGED)) == GR_OK &&
	    (st = generation_next(&next, &desk.store)) == GR_OK)
		printf("%" PRIu32 "\n", next);
	return desk_close(&desk, st);
}
