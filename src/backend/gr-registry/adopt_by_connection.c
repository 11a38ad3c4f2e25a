/* SPDX-License-Identifier: Apache-2.0 */
/* adopt_by_connection.c - lets devices bring certificates that the registry does not know */
#include "base/utc.h"
#include "gr-registry/commands.h"
#include "gr-registry/ledger_event.h"
#include "registry/adopting.h"
#include "registry/command.h"

#include <stdio.h>
#include <unistd.h>

enum { HOURS_DEFAULT = 24, HOURS_MAX = 720, HOUR_MS = 3600000 };

static const struct arg_option options[] = {
	{ 't', "hours", "HOURS", "for so long (default 24, at most 720); 0 ends it" },
	COMMAND_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-registry adopt-by-connection", "[-H DIR] [-j] [-t HOURS]",
	"Take in certificates of ours that the registry does not know, for some time, from the "
	"devices that connect with them: the registry was restored from an older copy.",
	options
};

static enum status answer(const struct command *v, uint32_t hours)
{
	char until[32];

	utc_format(until, v->now + (int64_t)hours * HOUR_MS);
	if (v->json)
		return command_print_json(hours == 0
					      ? json_pack("{s:b}", "adopting", 0)
					      : json_pack("{s:b, s:s}", "adopting", 1, "until",
							  until));
	if (hours == 0)
		puts("unknown certificates are no longer taken in");
	else
		printf("unknown certificates of ours are taken in until %s\n", until);
	return GR_OK;
}

static enum status work(struct command *v, uint32_t hours)
{
	enum status st = db_begin(v->db);

	if (st != GR_OK)
		return st;
	st = hours == 0 ? adopting_end(v->db)
			: adopting_begin(v->db, (int64_t)hours * HOUR_MS, v->now);
	if (st == GR_OK)
		st = ledger_event_record(&v->home,
					 json_pack("{s:s, s:I, s:I}", "event", "adopting", "at",
						   (json_int_t)v->now, "hours",
						   (json_int_t)hours));
	if (st == GR_OK)
		st = db_commit(v->db);
	if (st != GR_OK) {
		db_rollback(v->db);
		return st;
	}
	return answer(v, hours);
}

int command_adopt_by_connection(int argc, char *argv[])
{
	struct command v = { 0 };
	uint32_t hours = HOURS_DEFAULT;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (!command_option(&v, ch))
			st = arg_range(&hours, "-t", optarg, 0, HOURS_MAX);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 0, 0);
	if (st == GR_OK)
		st = work(&v, hours);
	return command_close(&v, st);
}
