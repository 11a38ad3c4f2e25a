/* SPDX-License-Identifier: Apache-2.0 */
/* history.c - the chain of custody, alarms, and the operator's own decision */
#include "base/table.h"
#include "base/utc.h"
#include "complain.h"
#include "gr-registry/commands.h"
#include "gr-registry/ledger_event.h"
#include "printable.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/command.h"
#include "registry/history.h"
#include "registry/rotation.h"
#include "registry/thing.h"
#include "rotation/settlement.h"
#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEC(command, operands, about) \
	static const struct arg_spec spec = { "gr-registry " command, operands, about, \
					      command_options }

static void print_event(int64_t at, const char *what, const char *value)
{
	char text[32];

	utc_format(text, at);
	if (at)
		printable_line("  %-20s  %s%s%s", text, what, value[0] ? " " : "", value);
}

static enum status print_rotation(void *arg, const struct history_row *row)
{
	const char *retired = strcmp(row->survivor, "NEW") == 0 ? row->old_id : row->new_id;
	char decided[64];

	(void)arg;
	printable_line("job %s execution %lld, asked for by %s", row->job, (long long)row->number,
		       row->client);
	print_event(row->requested, "requested over certificate", row->old_id);
	print_event(row->requested, "issued certificate        ", row->new_id);
	print_event(row->used, "new certificate first used", "");
	print_event(row->committed, "commit granted", "");
	snprintf(decided, sizeof decided, "survivor: %s", row->survivor);
	print_event(row->decided, row->turned ? "decided" : decided, "");
	print_event(row->turned, decided, "(the other one could not be used any more)");
	print_event(row->retired, "retired certificate       ", retired);
	if (row->kept[0])
		printable_line(
		    "  %-20s  kept certificate           %s: the device may still go back to it",
		    "", row->kept);
	if (row->survivor[0] == '\0')
		puts("  still open: both certificates stay until the device says which one lives");
	return GR_OK;
}

static enum status print_alarm(void *arg, const struct alarm_row *row)
{
	char last[32];

	(void)arg;
	utc_format(last, row->at);
	printable_line("alarm %s, %lld times, last at %s: %s", row->kind, (long long)row->count,
		       last, row->text);
	return GR_OK;
}

static struct table_value text_or_none(const char *text)
{
	return (struct table_value){ .text = text[0] ? text : NULL };
}

static struct table_value time_or_none(int64_t ms)
{
	return (struct table_value){ .number = ms, .none = ms == 0 };
}

static enum status list_rotation(void *arg, const struct history_row *row)
{
	const struct table_value values[] = {
		{ .text = row->job }, { .text = row->client }, { .text = row->old_id },
		{ .text = row->new_id }, text_or_none(row->survivor), { .number = row->number },
		time_or_none(row->requested), time_or_none(row->used),
		time_or_none(row->committed), time_or_none(row->decided),
		time_or_none(row->turned), time_or_none(row->retired), text_or_none(row->kept)
	};

	table_row(arg, values);
	return GR_OK;
}

static enum status list_rotations(struct command *v)
{
	static const struct table_column columns[] = {
		{ "JOB", "jobId", TABLE_TEXT }, { "CLIENT", "clientId", TABLE_TEXT },
		{ "OLD", "oldCertificateId", TABLE_TEXT },
		{ "NEW", "newCertificateId", TABLE_TEXT }, { "SURVIVOR", "survivor", TABLE_TEXT },
		{ "EXECUTION", "executionNumber", TABLE_NUMBER },
		{ "REQUESTED", "requestedAt", TABLE_MS }, { "USED", "firstUsedAt", TABLE_MS },
		{ "COMMITTED", "committedAt", TABLE_MS },
		{ "DECIDED", "decidedAt", TABLE_MS }, { "TURNED", "turnedAt", TABLE_MS },
		{ "RETIRED", "retiredAt", TABLE_MS },
		{ "KEPT", "keptCertificateId", TABLE_TEXT }, { 0 }
	};
	struct table table;
	enum status st;

	table_start(&table, columns, true);
	st = history_list(v->db, v->operands[0], list_rotation, &table);
	table_end(&table);
	return st;
}

static enum status history(struct command *v)
{
	const char *thing = v->operands[0];
	enum status st = history_exists(v->db, thing);

	/* The history of a thing outlives it. */
	if (st == GR_NO)
		st = thing_need(v->db, thing);
	if (st != GR_OK)
		return st;
	if (v->json)
		return list_rotations(v);
	st = history_list(v->db, thing, print_rotation, NULL);
	return st == GR_OK ? alarm_list(v->db, thing, print_alarm, NULL) : st;
}

int command_history(int argc, char *argv[])
{
	SPEC("history", "[-H DIR] [-j] THING",
	     "Show which certificate replaced which, when, and who decided; and the thing's "
	     "alarms.");

	return command_read(&spec, argc, argv, 1, 1, history);
}

static enum status list_alarm(void *arg, const struct alarm_row *row)
{
	const struct table_value values[] = {
		{ .number = row->at }, { .text = row->kind }, { .text = row->thing },
		{ .text = row->certificate }, { .number = row->count }, { .text = row->text }
	};

	table_row(arg, values);
	return GR_OK;
}

static enum status alarms(struct command *v)
{
	static const struct table_column columns[] = {
		{ "AT", "at", TABLE_MS }, { "KIND", "kind", TABLE_TEXT },
		{ "THING", "thingName", TABLE_TEXT },
		{ "CERTIFICATE", "certificateId", TABLE_TEXT },
		{ "COUNT", "count", TABLE_NUMBER }, { "TEXT", "text", TABLE_TEXT }, { 0 }
	};
	struct table table;
	enum status st;

	table_start(&table, columns, v->json);
	st = alarm_list(v->db, "", list_alarm, &table);
	table_end(&table);
	return st;
}

int command_alarms(int argc, char *argv[])
{
	SPEC("alarms", "[-H DIR] [-j]",
	     "List alarms: time, kind, thing, certificateId, count, text.");

	return command_read(&spec, argc, argv, 0, 0, alarms);
}

static enum status record_decision(struct command *v, const char *certificate)
{
	return ledger_event_record(&v->home,
				   json_pack("{s:s, s:I, s:s, s:s}", "event", "settled", "at",
					     (json_int_t)v->now, "thingName", v->operands[0],
					     "certificateId", certificate));
}

/* GR_NO, one line: there is none. */
static enum status settle_open(struct command *v, bool new)
{
	struct history_open open;
	const char *survivor;
	enum status st = history_newest_open(&open, v->db, v->operands[0]);

	if (st == GR_NO)
		complain("%s: has no open rotation", v->operands[0]);
	if (st != GR_OK)
		return st;
	survivor = new ? open.new_id : open.old_id;
	st = rotation_decide(v->db, open.id, new ? SURVIVOR_NEW : SURVIVOR_OLD, v->now);
	if (st == GR_OK)
		st = record_decision(v, survivor);
	if (st != GR_OK)
		return st;
	return command_answer(v, json_pack("{s:s, s:s, s:s}", "thingName", v->operands[0],
					   "survivor", new ? "NEW" : "OLD", "certificateId",
					   survivor));
}

/* GR_NO, one line: the thing cannot use it. */
static enum status keep_only(struct command *v, const char *certificate)
{
	const char *thing = v->operands[0];
	enum status st = certificate_is_usable(v->db, certificate, thing, v->now);

	if (st == GR_NO)
		complain("%s: no certificate that %s can use; it must be ACTIVE, attached and not "
			 "expired",
			 certificate, thing);
	if (st == GR_OK)
		st = settlement_keep_only(v->db, thing, certificate, v->now);
	if (st == GR_OK)
		st = record_decision(v, certificate);
	if (st != GR_OK)
		return st;
	return command_answer(v, json_pack("{s:s, s:s}", "thingName", thing, "certificateId",
					   certificate));
}

static enum status settle(struct command *v)
{
	const char *which = v->operands[1];
	bool new = strcmp(which, "new") == 0;

	if (new || strcmp(which, "old") == 0)
		return settle_open(v, new);
	if (str_is_certificate_id(which))
		return keep_only(v, which);
	complain("%s: not a decision; old, new or a certificateId", which);
	return GR_BAD;
}

int command_settle(int argc, char *argv[])
{
	SPEC("settle", "[-H DIR] [-j] THING old|new|CERTIFICATE-ID",
	     "Decide an open rotation for a device that never returns, or which certificate a "
	     "thing keeps; the others are retired.");

	return command_change(&spec, argc, argv, 2, 2, settle);
}
