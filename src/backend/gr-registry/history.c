/* SPDX-License-Identifier: Apache-2.0 */
/* history.c - the chain of custody, alarms, and the operator's own decision */
#include "gr-registry/verbs.h"
#include "complain.h"
#include "issuer/signer.h"
#include "printable.h"
#include "registry/list.h"
#include "registry/rotation.h"
#include "registry/thing.h"
#include "registry/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEC(verb, operands, about) static const struct arg_spec spec = { "gr-registry " verb, operands, about, verb_options }

static void print_event(int64_t at, const char *what, const char *value)
{
	char text[32];

	verb_time(text, at);
	if (at)
		printable_line("  %-20s  %s%s%s", text, what, value[0] ? " " : "", value);
}

static void print_rotation(sqlite3_stmt *row)
{
	char decided[64];

	printable_line("job %s execution %lld, asked for by %s", db_text(row, 0), (long long)db_int(row, 5), db_text(row, 1));
	print_event(db_int(row, 6), "requested over certificate", db_text(row, 2));
	print_event(db_int(row, 6), "issued certificate        ", db_text(row, 3));
	print_event(db_int(row, 7), "new certificate first used", "");
	print_event(db_int(row, 8), "commit granted", "");
	snprintf(decided, sizeof decided, "survivor: %s", db_text(row, 4));
	print_event(db_int(row, 9), decided, "");
	print_event(db_int(row, 10), "retired certificate       ", strcmp(db_text(row, 4), "NEW") == 0 ? db_text(row, 2) : db_text(row, 3));
	if (db_text(row, 11)[0])
		printable_line("  %-20s  kept certificate           %s: the device may still go back to it", "", db_text(row, 11));
	if (db_text(row, 4)[0] == '\0')
		puts("  still open: both certificates stay until the device says which one lives");
}

static enum status print_alarms(struct db *db, const char *thing)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT kind, count, at, text FROM alarm WHERE thing = ? ORDER BY at", "s", thing);
	char last[32];

	for (; st == GR_OK; st = db_next(db, &row)) {
		verb_time(last, db_int(row, 2));
		printable_line("alarm %s, %lld times, last at %s: %s", db_text(row, 0), (long long)db_int(row, 1), last, db_text(row, 3));
	}
	return st;
}

static enum status history(struct verb *v)
{
	static const struct list_column columns[] = {
		{ "JOB", "jobId", LIST_TEXT }, { "CLIENT", "clientId", LIST_TEXT }, { "OLD", "oldCertificateId", LIST_TEXT },
		{ "NEW", "newCertificateId", LIST_TEXT }, { "SURVIVOR", "survivor", LIST_TEXT }, { "EXECUTION", "executionNumber", LIST_NUMBER },
		{ "REQUESTED", "requestedAt", LIST_MS }, { "USED", "firstUsedAt", LIST_MS }, { "COMMITTED", "committedAt", LIST_MS },
		{ "DECIDED", "decidedAt", LIST_MS }, { "RETIRED", "retiredAt", LIST_MS }, { "KEPT", "keptCertificateId", LIST_TEXT }, { 0 }
	};
	sqlite3_stmt *row;
	enum status st;

	/* The history of a thing outlives it. */
	if ((st = db_query(&row, v->db, "SELECT 1 FROM rotation WHERE thing = ?", "s", v->operands[0])) == GR_NO)
		st = thing_need(v->db, v->operands[0]);
	else
		db_done(row);
	if (st != GR_OK)
		return st;
	st = db_query(&row, v->db, "SELECT job, client, old, new, survivor, number, requested, used, committed, decided, retired,"
		      " (SELECT certificate FROM kept WHERE certificate = CASE survivor WHEN 'NEW' THEN old WHEN 'OLD' THEN new END)"
		      " FROM rotation WHERE thing = ? ORDER BY id", "s", v->operands[0]);
	if (v->json)
		return list_query(columns, true, v->db, row, st);
	for (; st == GR_OK; st = db_next(v->db, &row))
		print_rotation(row);
	if (st == GR_NO)
		st = print_alarms(v->db, v->operands[0]);
	return st == GR_NO ? GR_OK : st;
}

int do_history(int argc, char *argv[])
{
	SPEC("history", "[-H DIR] [-j] THING", "Tell which certificate replaced which, when, and who decided; and the thing's alarms.");

	return verb_read(&spec, argc, argv, 1, 1, history);
}

static enum status alarms(struct verb *v)
{
	static const struct list_column columns[] = {
		{ "AT", "at", LIST_MS }, { "KIND", "kind", LIST_TEXT }, { "THING", "thingName", LIST_TEXT }, { "CERTIFICATE", "certificateId", LIST_TEXT },
		{ "COUNT", "count", LIST_NUMBER }, { "TEXT", "text", LIST_TEXT }, { 0 }
	};
	sqlite3_stmt *row;
	enum status st = db_query(&row, v->db, "SELECT at, kind, thing, certificate, count, text FROM alarm ORDER BY at", "");

	return list_query(columns, v->json, v->db, row, st);
}

int do_alarms(int argc, char *argv[])
{
	SPEC("alarms", "[-H DIR] [-j]", "List alarms: time, kind, thing, certificateId, count, text.");

	return verb_read(&spec, argc, argv, 0, 0, alarms);
}

static enum status record_decision(struct verb *v, const char *certificate)
{
	struct signer signer = { 0 };
	enum status st = signer_open(&signer, &v->home);

	if (st == GR_OK)
		st = signer_note(&signer, json_pack("{s:s, s:I, s:s, s:s}", "event", "settled", "at", (json_int_t)v->now, "thingName",
					      v->operands[0], "certificateId", certificate));
	if (st == GR_OK)
		st = signer_sync(&signer);
	signer_close(&signer);
	return st;
}

static enum status settle(struct verb *v)
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
	st = db_query(&row, v->db, "SELECT id, CASE ?2 WHEN 1 THEN new ELSE old END FROM rotation WHERE thing = ?1 AND survivor IS NULL"
		      " ORDER BY id DESC LIMIT 1", "sd", v->operands[0], (int)new);
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
	return verb_answer(v, json_pack("{s:s, s:s, s:s}", "thingName", v->operands[0], "survivor", new ? "NEW" : "OLD", "certificateId", certificate));
}

int do_settle(int argc, char *argv[])
{
	SPEC("settle", "[-H DIR] [-j] THING old|new", "Decide an open rotation for a device that never returns; the other certificate is retired.");

	return verb_change(&spec, argc, argv, 2, 2, settle);
}
