/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert rollback */
#include "desk.h"
#include "switch.h"
#include "verbs.h"

#include <getopt.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert rollback", "[options]", "Makes the old generation live again.", options };

int verb_rollback(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	enum status st;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_LOCK | DESK_STORE)) == GR_OK)
		st = switch_back(&desk);
	return desk_close(&desk, st);
}
