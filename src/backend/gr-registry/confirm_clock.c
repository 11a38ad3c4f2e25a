/* SPDX-License-Identifier: Apache-2.0 */
/* confirm_clock.c - an operator says that the wall clock is right */
#include "base/utc.h"
#include "gr-registry/commands.h"
#include "gr-registry/ledger_event.h"
#include "issuer/ledger_time.h"
#include "registry/alarm.h"
#include "registry/command.h"
#include "registry/wall_clock.h"

#include <stdio.h>
#include <stdlib.h>

static enum status answer(const struct command *v, const struct wall_clock *clock)
{
	char time[32];

	utc_format(time, clock->now);
	if (v->json)
		return command_print_json(
		    json_pack("{s:s, s:I, s:I}", "clock", "confirmed", "time",
			      (json_int_t)(clock->now / 1000), "movedBySeconds",
			      (json_int_t)(clock->off / 1000)));
	printf("certificates are issued by this clock: %s\n", time);
	return GR_OK;
}

/* For the signer, which knows the ledger alone. */
static enum status tell_signer(const struct command *v, const struct wall_clock *clock)
{
	return ledger_event_record(&v->home,
				   json_pack("{s:s, s:I}", "event", LEDGER_TIME_CONFIRMED, "at",
					     (json_int_t)clock->now));
}

static enum status confirm(struct command *v)
{
	struct wall_clock clock;
	enum status st = wall_clock_read(&clock, v->db);

	if (st == GR_OK)
		st = wall_clock_confirm(v->db, &clock);
	if (st == GR_OK)
		st = alarm_clear(v->db, "clock");
	if (st == GR_OK)
		st = tell_signer(v, &clock);
	return st == GR_OK ? answer(v, &clock) : st;
}

int command_confirm_clock(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry confirm-clock", "[-H DIR] [-j]",
		"Say that this machine's clock is right: certificates are issued by it again.",
		command_options
	};

	return command_change(&spec, argc, argv, 0, 0, confirm);
}
