/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal watched: would somebody end a trial in our place? */
#include "desk.h"
#include "heartbeat.h"
#include "verbs.h"

#include <getopt.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-journal watched", "[options]", "Tells whether a watchdog looks after this journal.", options };

int verb_watched(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	enum status st;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_DAMAGED)) == GR_OK) {
		store_close(&desk.store);	/* $GR_STATE is for who we are outside the store */
		st = heartbeat_check(&desk.conf, desk.store.path);
	}
	return desk_close(&desk, st);
}
