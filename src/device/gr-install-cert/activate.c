/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert activate */
#include "desk.h"
#include "switch.h"
#include "verbs.h"

#include <getopt.h>

static const struct arg_option options[] = { DESK_GENERATION, CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert activate", "[options]", "Makes a complete generation live.", options };

int verb_activate(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	enum status st;
	uint32_t n;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_LOCK | DESK_STORE)) == GR_OK &&
	    (st = desk_generation(&n, &desk, JOURNAL_NEW)) == GR_OK)
		st = switch_to(&desk, n);
	return desk_close(&desk, st);
}
