/* history.c - the chain of custody, alarms, and the operator's own decision */
#include "gr-registry/verbs.h"
#include "complain.h"
#include "issuer/ledger.h"
#include "json.h"
#include "registry/rotation.h"
#include "registry/thing.h"
#include "registry/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEC(verb, operands, about) static const struct arg_spec spec = { "gr-registry " verb, operands, about, verb_options }

static void print_json_rows(struct verb *v, sqlite3_stmt *row, bool first, const char *const names[], int numbers_from)
{
	json_t *o = json_object();
	char *text;

	for (int i = 0; names[i]; i++)
		if (!db_is_null(row, i))
			json_object_set_new(o, names[i], i >= numbers_from ? json_integer(db_int(row, i)) : json_string(db_text(row, i)));
	text = json_compact(o);
	printf("%s%s", first ? "" : ",", text ? text : "null");
	free(text);
	json_decref(o);
	(void)v;
}

static void print_event(int64_t at, const char *what, const char *value)
{
	char text[32];

	verb_time(text, at);
	if (at)
		printf("  %-20s  %s%s%s\n", text, what, value[0] ? " " : "", value);
}

static void print_rotation(sqlite3_stmt *row)
{
	char decided[64];

	printf("job %s execution %lld, asked for by %s\n", db_text(row, 0), (long long)db_int(row, 5), db_text(row, 1));
	print_event(db_int(row, 6), "requested over certificate", db_text(row, 2));
	print_event(db_int(row, 6), "issued certificate        ", db_text(row, 3));
	print_event(db_int(row, 7), "new certificate first used", "");
	print_event(db_int(row, 8), "commit granted", "");
	snprintf(decided, sizeof decided, "survivor: %s", db_text(row, 4));
	print_event(db_int(row, 9), decided, "");
	print_event(db_int(row, 10), "retired certificate       ", strcmp(db_text(row, 4), "NEW") == 0 ? db_text(row, 2) : db_text(row, 3));
	if (db_text(row, 4)[0] == '\0')
		puts("  still open: both certificates stay until the device says which one lives");
}

static enum status history(struct verb *v)
{
	static const char *const names[] = { "jobId", "clientId", "oldCertificateId", "newCertificateId", "survivor", "executionNumber",
					     "requestedAt", "firstUsedAt", "committedAt", "decidedAt", "retiredAt", NULL };
	sqlite3_stmt *row;
	bool first = true;
	enum status st;

	/* The history of a thing outlives it. */
	if ((st = db_query(&row, v->db, "SELECT 1 FROM rotation WHERE thing = ?", "s", v->operands[0])) == GR_NO)
		st = thing_need(v->db, v->operands[0]);
	else
		db_done(row);
	if (st != GR_OK)
		return st;
	st = db_query(&row, v->db, "SELECT job, client, old, new, survivor, number, requested, used, committed, decided, retired"
				  " FROM rotation WHERE thing = ? ORDER BY id", "s", v->operands[0]);

	if (v->json)
		putchar('[');
	for (; st == GR_OK; st = db_next(v->db, &row), first = false)
		if (v->json)
			print_json_rows(v, row, first, names, 5);
		else
			print_rotation(row);
	if (v->json)
		puts("]");
	return st == GR_NO ? GR_OK : st;
}

int do_history(int argc, char *argv[])
{
	SPEC("history", "[-H DIR] [-j] THING", "Tell which certificate replaced which, when, and who decided.");

	return verb_read(&spec, argc, argv, 1, 1, history);
}

static enum status alarms(struct verb *v)
{
	static const char *const names[] = { "kind", "thingName", "certificateId", "text", "at", "count", NULL };
	sqlite3_stmt *row;
	bool first = true;
	enum status st = db_query(&row, v->db, "SELECT kind, thing, certificate, text, at, count FROM alarm ORDER BY at", "");

	if (v->json)
		putchar('[');
	for (; st == GR_OK; st = db_next(v->db, &row), first = false) {
		char at[32];

		verb_time(at, db_int(row, 4));
		if (v->json)
			print_json_rows(v, row, first, names, 4);
		else
			printf("%s\t%s\t%s\t%s\t%lld\t%s\n", at, db_text(row, 0), db_text(row, 1)[0] ? db_text(row, 1) : "-",
			       db_text(row, 2), (long long)db_int(row, 5), db_text(row, 3));
	}
	if (v->json)
		puts("]");
	return st == GR_NO ? GR_OK : st;
}

int do_alarms(int argc, char *argv[])
{
	SPEC("alarms", "[-H DIR] [-j]", "List alarms: time, kind, thing, certificateId, count, text.");

	return verb_read(&spec, argc, argv, 0, 0, alarms);
}

static enum status record_decision(struct verb *v, const char *certificate)
{
	struct ledger ledger = { .fd = -1 };
	enum status st = ledger_open(&ledger, v->home.ledger);

	if (st != GR_OK)
		return st;
	st = ledger_append(&ledger, json_pack("{s:s, s:I, s:s, s:s}", "event", "settled", "at", (json_int_t)v->now, "thingName",
					      v->operands[0], "certificateId", certificate));
	if (st == GR_OK)
		st = ledger_sync(&ledger);
	ledger_close(&ledger);
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
	return record_decision(v, certificate);
}

int do_settle(int argc, char *argv[])
{
	SPEC("settle", "[-H DIR] THING old|new", "Decide an open rotation for a device that never returns; the other certificate is retired.");

	return verb_change(&spec, argc, argv, 2, 2, settle);
}
