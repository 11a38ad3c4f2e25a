/* SPDX-License-Identifier: Apache-2.0 */
/* certificates.c - commands on certificates */
#include "complain.h"
#include "gr-registry/commands.h"
#include "issuer/signer.h"
#include "registry/certificate.h"
#include "registry/command.h"
#include "registry/revocation.h"
#include "registry/table.h"
#include "registry/thing.h"

#include <getopt.h>
#include <string.h>

#define SPEC(command, operands, about) static const struct arg_spec spec = { "gr-registry " command, operands, about, command_options }
#define COLUMNS "SELECT c.id, c.status, p.thing, c.created, c.not_after" \
	" FROM certificate c LEFT JOIN principal p ON p.certificate = c.id"

static const struct table_column columns[] = {
	{ "CERTIFICATE", "certificateId", TABLE_TEXT }, { "STATUS", "status", TABLE_TEXT },
	{ "THING", "thingName", TABLE_DASHED },
	{ "CREATED", "created", TABLE_TIME }, { "NOT AFTER", "notAfter", TABLE_TIME }, { 0 }
};

static enum status list_principals(struct command *v)
{
	enum status st = thing_need(v->db, v->operands[0]);
	sqlite3_stmt *row;

	if (st != GR_OK)
		return st;
	st = db_query(&row, v->db, COLUMNS " WHERE p.thing = ? ORDER BY c.created, c.id", "s",
		      v->operands[0]);
	return table_query(columns, v->json, v->db, row, st);
}

int command_list_thing_principals(int argc, char *argv[])
{
	SPEC("list-thing-principals", "[-H DIR] [-j] THING",
	     "List a thing's certificates: certificateId, status, thing, created, notAfter.");

	return command_read(&spec, argc, argv, 1, 1, list_principals);
}

static enum status describe(struct command *v)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, v->db, COLUMNS " WHERE c.id = ?", "s", v->operands[0]);

	if (st == GR_OK)
		return table_one(columns, v->json, v->db, row);
	if (st == GR_NO)
		complain("%s: no such certificate", v->operands[0]);
	return st;
}

int command_describe_certificate(int argc, char *argv[])
{
	SPEC("describe-certificate", "[-H DIR] [-j] CERTIFICATE-ID", "Show one certificate.");

	return command_read(&spec, argc, argv, 1, 1, describe);
}

/*
 * Also into the ledger: a registry that is put back from an old copy must not revive it. Takes
 * over event.
 */
static enum status record(const struct command *v, json_t *event)
{
	struct signer signer = { 0 };
	enum status st = signer_open(&signer, &v->home);

	if (st != GR_OK)
		json_decref(event);
	else if ((st = signer_note(&signer, event)) == GR_OK)
		st = signer_sync(&signer);
	signer_close(&signer);
	return st;
}

static enum status revoke(struct command *v, const char *reason)
{
	enum status st = revocation_add(v->db, v->operands[0], reason, v->now);

	return st == GR_OK ? record(v,
				    json_pack("{s:s, s:I, s:s, s:s}", "event", "revoked", "at",
					      (json_int_t)v->now, "certificateId", v->operands[0],
					      "reason", reason))
			   : st;
}

static enum status set_status(struct command *v, const char *status)
{
	enum status st = certificate_set_status(v->db, v->operands[0], status);

	return st == GR_OK
	    ? record(v,
		     json_pack("{s:s, s:I, s:s, s:s}", "event", "status", "at", (json_int_t)v->now,
			       "certificateId", v->operands[0], "status", status))
	    : st;
}

static enum status update(struct command *v, const char *reason)
{
	const char *status = v->operands[1];

	if (strcmp(status, "REVOKED") == 0)
		return revoke(v, reason ? reason : REVOCATION_UNSPECIFIED);
	if (strcmp(status, "ACTIVE") != 0 && strcmp(status, "INACTIVE") != 0) {
		complain("%s: not a status; ACTIVE, INACTIVE or REVOKED", status);
		return GR_BAD;
	}
	if (reason) {
		complain("--reason: %s: goes with REVOKED alone", reason);
		return GR_BAD;
	}
	return set_status(v, status);
}

static const struct arg_option update_options[] = {
	COMMAND_OPTIONS, { 'r', "reason", "REASON", "with REVOKED: " REVOCATION_REASONS }, { 0 }
};

int command_update_certificate(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry update-certificate",
		"[-H DIR] [-j] [-r REASON] CERTIFICATE-ID STATUS",
		"Make it ACTIVE, INACTIVE or, for good, REVOKED; its connections end within a second unless ACTIVE.", update_options
	};
	const char *reason = NULL;
	struct command v = { 0 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'r')
			reason = optarg;
		else
			command_option(&v, ch);
	if (reason && revocation_reason(reason) < 0) {
		complain("--reason: %s: not a reason; " REVOCATION_REASONS, reason);
		return GR_BAD;
	}
	if ((st = command_open(&v, &spec, argc, argv, 2, 2)) == GR_OK &&
	    (st = db_begin(v.db)) == GR_OK && (st = update(&v, reason)) == GR_OK &&
	    (st = command_answer(&v,
				 json_pack("{s:s, s:s}", "certificateId", v.operands[0], "status",
					   v.operands[1]))) == GR_OK)
		st = db_commit(v.db);
	return command_close(&v, st);
}

static enum status delete (struct command *v) {
	enum status st = certificate_delete(v->db, v->operands[0], v->now);

	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "certificateId", v->operands[0]))
			   : st;
}

int command_delete_certificate(int argc, char *argv[])
{
	SPEC("delete-certificate", "[-H DIR] [-j] CERTIFICATE-ID",
	     "Delete a certificate that is INACTIVE, detached and without policies.");

	return command_change(&spec, argc, argv, 1, 1, delete);
}

static enum status answer_both(const struct command *v)
{
	return command_answer(v,
			      json_pack("{s:s, s:s}", "thingName", v->operands[0], "certificateId",
					v->operands[1]));
}

static enum status attach(struct command *v)
{
	enum status st = certificate_attach(v->db, v->operands[1], v->operands[0], v->now);

	return st == GR_OK ? answer_both(v) : st;
}

int command_attach_thing_principal(int argc, char *argv[])
{
	SPEC("attach-thing-principal", "[-H DIR] [-j] THING CERTIFICATE-ID",
	     "Attach a certificate to one thing, exclusively.");

	return command_change(&spec, argc, argv, 2, 2, attach);
}

/* A slip in the thing's name must not cut off another one. */
static enum status detach(struct command *v)
{
	const char *thing = v->operands[0], *id = v->operands[1];
	struct certificate c;
	enum status st;

	if ((st = thing_need(v->db, thing)) != GR_OK)
		return st;
	if ((st = certificate_get(&c, v->db, id)) == GR_OK && c.thing[0] != '\0' &&
	    strcmp(c.thing, thing) != 0) {
		complain("%s: attached to %s, not to %s", id, c.thing, thing);
		return GR_NO;
	}
	if (st != GR_FAIL)
		st = certificate_detach(v->db, id);
	return st == GR_OK ? answer_both(v) : st;
}

int command_detach_thing_principal(int argc, char *argv[])
{
	SPEC("detach-thing-principal", "[-H DIR] [-j] THING CERTIFICATE-ID",
	     "Detach a certificate from its thing.");

	return command_change(&spec, argc, argv, 2, 2, detach);
}
