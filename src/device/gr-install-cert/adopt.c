/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert adopt */
#include "adoption.h"
#include "complain.h"
#include "desk.h"
#include "verbs.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-install-cert adopt", "[options]", "Takes plain files into the store; prints the live generation.", options };

static bool is_idle(const struct journal *journal)
{
	return !journal->value[JOURNAL_PHASE][0] || journal_is(journal, "idle");
}

/* In the middle of a rotation a file that somebody dropped there is not ours to judge. */
static enum status check_idle(const struct desk *desk)
{
	enum seat_kind key, cert;
	enum status st;

	if (is_idle(&desk->journal))
		return GR_OK;
	if ((st = seat_look(&key, &desk->store.key)) != GR_OK || (st = seat_look(&cert, &desk->store.certificate)) != GR_OK)
		return st;
	if (key == SEAT_OURS && cert == SEAT_OURS)
		return GR_OK;
	complain("%s: a foreign file in the place of our link, and the phase is %s, not idle",
		 key != SEAT_OURS ? desk->store.key.path : desk->store.certificate.path, desk->journal.value[JOURNAL_PHASE]);
	return GR_BAD;
}

int verb_adopt(int argc, char *argv[])
{
	struct desk desk = DESK_CLOSED;
	uint32_t live;
	enum status st;

	if ((st = desk_options(&desk, &spec, argc, argv)) == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = desk_open(&desk, DESK_LOCK)) == GR_OK &&
	    (st = store_check_live(&desk.store)) == GR_OK && (st = check_idle(&desk)) == GR_OK &&
	    (st = adoption_run(&live, &desk.store)) == GR_OK)
		printf("%" PRIu32 "\n", live);
	return desk_close(&desk, st);
}
