/* SPDX-License-Identifier: Apache-2.0 */
/* certificates.c - commands on certificates */
#include "base/table.h"
#include "complain.h"
#include "gr-registry/commands.h"
#include "gr-registry/ledger_event.h"
#include "gr-registry/under_way.h"
#include "registry/certificate.h"
#include "registry/command.h"
#include "registry/revocation.h"
#include "registry/thing.h"

#include <getopt.h>
#include <string.h>

#define SPEC(command, operands, about) \
	static const struct arg_spec spec = { "gr-registry " command, operands, about, \
					      command_options }

static const struct table_column columns[] = {
	{ "CERTIFICATE", "certificateId", TABLE_TEXT }, { "STATUS", "status", TABLE_TEXT },
	{ "THING", "thingName", TABLE_DASHED },
	{ "CREATED", "created", TABLE_TIME }, { "NOT AFTER", "notAfter", TABLE_TIME }, { 0 }
};

static void take_values(struct table_value values[static 5], const struct certificate_row *row)
{
	values[0] = (struct table_value){ .text = row->id };
	values[1] = (struct table_value){ .text = row->status };
	values[2] = (struct table_value){ .text = row->thing };
	values[3] = (struct table_value){ .number = row->created };
	values[4] = (struct table_value){ .number = row->not_after };
}

static enum status print_row(void *arg, const struct certificate_row *row)
{
	struct table_value values[5];

	take_values(values, row);
	table_row(arg, values);
	return GR_OK;
}

static enum status list_principals(struct command *v)
{
	struct table table;
	enum status st = thing_need(v->db, v->operands[0]);

	if (st != GR_OK)
		return st;
	table_start(&table, columns, v->json);
	st = certificate_list(v->db, v->operands[0], print_row, &table);
	table_end(&table);
	return st;
}

int command_list_thing_principals(int argc, char *argv[])
{
	SPEC("list-thing-principals", "[-H DIR] [-j] THING",
	     "List a thing's certificates: certificateId, status, thing, created, notAfter.");

	return command_read(&spec, argc, argv, 1, 1, list_principals);
}

static enum status print_one(void *arg, const struct certificate_row *row)
{
	const struct command *v = arg;
	struct table_value values[5];

	take_values(values, row);
	table_one(columns, v->json, values);
	return GR_OK;
}

static enum status describe(struct command *v)
{
	enum status st = certificate_describe(v->db, v->operands[0], print_one, v);

	if (st == GR_NO)
		complain("%s: no such certificate", v->operands[0]);
	return st;
}

int command_describe_certificate(int argc, char *argv[])
{
	SPEC("describe-certificate", "[-H DIR] [-j] CERTIFICATE-ID", "Show one certificate.");

	return command_read(&spec, argc, argv, 1, 1, describe);
}

static enum status revoke(struct command *v, const char *reason)
{
	enum status st = revocation_add(v->db, v->operands[0], reason, v->now);

	if (st != GR_OK)
		return st;
	return ledger_event_record(&v->home,
				   json_pack("{s:s, s:I, s:s, s:s}", "event", "revoked", "at",
					     (json_int_t)v->now, "certificateId", v->operands[0],
					     "reason", reason));
}

static enum status set_status(struct command *v, const char *status)
{
	enum status st = certificate_set_status(v->db, v->operands[0], status);

	if (st != GR_OK)
		return st;
	return ledger_event_record(&v->home,
				   json_pack("{s:s, s:I, s:s, s:s}", "event", "status", "at",
					     (json_int_t)v->now, "certificateId", v->operands[0],
					     "status", status));
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
		complain("--reason: %s: can be given only with REVOKED", reason);
		return GR_BAD;
	}
	return set_status(v, status);
}

static enum status check_and_update(struct command *v, const char *reason)
{
	bool ends_use = strcmp(v->operands[1], "ACTIVE") != 0;
	enum status st = ends_use && !v->force ? under_way_check(v->db, v->operands[0]) : GR_OK;

	return st == GR_OK ? update(v, reason) : st;
}

static const struct arg_option update_options[] = {
	COMMAND_OPTIONS, { 'r', "reason", "REASON", "with REVOKED: " REVOCATION_REASONS },
	UNDER_WAY_OPTION, { 0 }
};

int command_update_certificate(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-registry update-certificate",
		"[-H DIR] [-j] [-f] [-r REASON] CERTIFICATE-ID STATUS",
		"Make a certificate ACTIVE, INACTIVE or, for good, REVOKED. "
		"Unless ACTIVE, its connections end within a second.", update_options
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
	st = command_open(&v, &spec, argc, argv, 2, 2);
	if (st == GR_OK)
		st = db_begin(v.db);
	if (st == GR_OK)
		st = check_and_update(&v, reason);
	if (st == GR_OK)
		st = command_answer(&v, json_pack("{s:s, s:s}", "certificateId", v.operands[0],
						  "status", v.operands[1]));
	if (st == GR_OK)
		st = db_commit(v.db);
	return command_close(&v, st);
}

static enum status delete(struct command *v)
{
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
	enum status st = thing_need(v->db, thing);

	if (st == GR_OK)
		st = certificate_need(&c, v->db, id);
	if (st != GR_OK)
		return st;
	if (c.thing[0] != '\0' && strcmp(c.thing, thing) != 0) {
		complain("%s: attached to %s, not to %s", id, c.thing, thing);
		return GR_NO;
	}
	if (!v->force && (st = under_way_check(v->db, id)) != GR_OK)
		return st;
	st = certificate_detach(v->db, id);
	return st == GR_OK ? answer_both(v) : st;
}

int command_detach_thing_principal(int argc, char *argv[])
{
	static const struct arg_option detach_options[] = { COMMAND_OPTIONS, UNDER_WAY_OPTION,
							    { 0 } };
	static const struct arg_spec spec = { "gr-registry detach-thing-principal",
					      "[-H DIR] [-j] [-f] THING CERTIFICATE-ID",
					      "Detach a certificate from its thing.",
					      detach_options };

	return command_change(&spec, argc, argv, 2, 2, detach);
}
