/* SPDX-License-Identifier: Apache-2.0 */
/* history.c - the chain of custody, alarms, and the operator's own decision */
#include "complain.h"
#include "gr-registry/commands.h"
#include "issuer/signer.h"
#include "printable.h"
#include "registry/command.h"
#include "registry/rotation.h"
#include "registry/table.h"
#include "registry/thing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEC(command, operands, about) static const struct arg_spec spec = { "gr-registry " command, operands, about, command_options }

static void print_event(int64_t at, const char *what, const char *value)
{
	char text[32];

	command_time(text, at);
	if (at)
		printable_line("  %-20s  %s%s%s", text, what, value[0] ? " " : "", value);
}

static void print_rotation(sqlite3_stmt *row)
{
	char decided[64];

	printable_line("job %s execution %lld, asked for by %s", db_text(row, 0),
		       (long long)db_int(row, 5), db_text(row, 1));
	print_event(db_int(row, 6), "requested over certificate", db_text(row, 2));
	print_event(db_int(row, 6), "issued certificate        ", db_text(row, 3));
	print_event(db_int(row, 7), "new certificate first used", "");
	print_event(db_int(row, 8), "commit granted", "");
	snprintf(decided, sizeof decided, "survivor: %s", db_text(row, 4));
	print_event(db_int(row, 9), decided, "");
	print_event(db_int(row, 10), "retired certificate       ",
		    strcmp(db_text(row, 4), "NEW") == 0 ? db_text(row, 2) : db_text(row, 3));
	if (db_text(row, 11)[0])
		printable_line(
		    "  %-20s  kept certificate           %s: the device may still go back to it",
		    "", db_text(row, 11));
	if (db_text(row, 4)[0] == '\0')
		puts("  still open: both certificates stay until the device says which one lives");
}

static enum status print_alarms(struct db *db, const char *thing)
{
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db,
		     "SELECT kind, count, at, text FROM alarm WHERE thing = ? ORDER BY at", "s",
		     thing);
	char last[32];

	for (; st == GR_OK; st = db_next(db, &row)) {
		command_time(last, db_int(row, 2));
		printable_line("alarm %s, %lld times, last at %s: %s", db_text(row, 0),
			       (long long)db_int(row, 1), last, db_text(row, 3));
	}
	return st;
}

static enum status history(struct command *v)
{
	static const struct table_column columns[] = {
		{ "JOB", "jobId", TABLE_TEXT }, { "CLIENT", "clientId", TABLE_TEXT },
		{ "OLD", "oldCertificateId", TABLE_TEXT },
		{ "NEW", "newCertificateId", TABLE_TEXT }, { "SURVIVOR", "survivor", TABLE_TEXT },
		{ "EXECUTION", "executionNumber", TABLE_NUMBER },
		{ "REQUESTED", "requestedAt", TABLE_MS }, { "USED", "firstUsedAt", TABLE_MS },
		{ "COMMITTED", "committedAt", TABLE_MS },
		{ "DECIDED", "decidedAt", TABLE_MS }, { "RETIRED", "retiredAt", TABLE_MS },
		{ "KEPT", "keptCertificateId", TABLE_TEXT }, { 0 }
	};
	sqlite3_stmt *row;
	enum status st;

	/* The history of a thing outlives it. */
	if ((st = db_query(&row, v->db, "SELECT 1 FROM rotation WHERE thing = ?", "s",
			   v->operands[0])) == GR_NO)
		st = thing_need(v->db, v->operands[0]);
	else
		db_done(row);
	if (st != GR_OK)
		return st;
	st = db_query(&row, v->db,
		      "SELECT job, client, old, new, survivor, number, requested, used, "
		      "committed, decided, retired,"
		      " (SELECT certificate FROM kept WHERE certificate = CASE survivor WHEN "
		      "'NEW' THEN old WHEN 'OLD' THEN new END)"
		      " FROM rotation WHERE thing = ? ORDER BY id",
		      "s", v->operands[0]);
	if (v->json)
		return table_query(columns, true, v->db, row, st);
	for (; st == GR_OK; st = db_next(v->db, &row))
		print_rotation(row);
	if (st == GR_NO)
		st = print_alarms(v->db, v->operands[0]);
	return st == GR_NO ? GR_OK : st;
}

int command_history(int argc, char *argv[])
{
	SPEC("history", "[-H DIR] [-j] THING",
	     "Tell which certificate replaced which, when, and who decided; and the thing's "
	     "alarms.");

	return command_read(&spec, argc, argv, 1, 1, history);
}

static enum status alarms(struct command *v)
{
	static const struct table_column columns[] = {
		{ "AT", "at", TABLE_MS }, { "KIND", "kind", TABLE_TEXT },
		{ "THING", "thingName", TABLE_TEXT },
		{ "CERTIFICATE", "certificateId", TABLE_TEXT },
		{ "COUNT", "count", TABLE_NUMBER }, { "TEXT", "text", TABLE_TEXT }, { 0 }
	};
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, v->db,
		     "SELECT at, kind, thing, certificate, count, text FROM alarm ORDER BY at",
		     "");

	return table_query(columns, v->json, v->db, row, st);
}

int command_alarms(int argc, char *argv[])
{
	SPEC("alarms", "[-H DIR] [-j]",
	     "List alarms: time, kind, thing, certificateId, count, text.");

	return command_read(&spec, argc, argv, 0, 0, alarms);
}

static enum status record_decision(struct command *v, const char *certificate)
{
	struct signer signer = { 0 };
	enum status st = signer_open(&signer, &v->home);

	if (st == GR_OK)
		st = signer_note(&signer,
				 json_pack("{s:s, s:I, s:s, s:s}", "event", "settled", "at",
					   (json_int_t)v->now, "thingName", v->operands[0],
					   "certificateId", certificate));
	if (st == GR_OK)
		st = signer_sync(&signer);
	signer_close(&signer);
	return st;
}

static enum status settle(struct command *v)
{
	bool new = strcmp(v->operands[1], "new") == 0;
	char certificate[65];
	sqlite3_stmt *row;
	int64_t id;
	enum status st;

	if (!new && strcmp(v->operands[1], "old") != 0) {
		complain("%s: not a decision; old or new", v->operands[1]);
		return GR_BAD;
	}
	st = db_query(&row, v->db,
		      "SELECT id, CASE ?2 WHEN 1 THEN new ELSE old END FROM rotation WHERE thing "
		      "= ?1 AND survivor IS NULL"
		      " ORDER BY id DESC LIMIT 1",
		      "sd", v->operands[0], (int)new);
	if (st == GR_NO)
		complain("%s: has no open rotation", v->operands[0]);
	if (st != GR_OK)
		return st;
	id = db_int(row, 0);
	snprintf(certificate, sizeof certificate, "%s", db_text(row, 1));
	db_done(row);
	if ((st = rotation_decide(v->db, id, new ? SURVIVOR_NEW : SURVIVOR_OLD, v->now)) != GR_OK)
		return st;
	if ((st = record_decision(v, certificate)) != GR_OK)
		return st;
	return command_answer(v,
			      json_pack("{s:s, s:s, s:s}", "thingName", v->operands[0], "survivor",
					new ? "NEW" : "OLD", "certificateId", certificate));
}

int command_settle(int argc, char *argv[])
{
	SPEC("settle", "[-H DIR] [-j] THING old|new",
	     "Decide an open rotation for a device that never returns; the other certificate is "
	     "retired.");

	return command_change(&spec, argc, argv, 2, 2, settle);
}
