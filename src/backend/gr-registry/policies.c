/* SPDX-License-Identifier: Apache-2.0 */
/* policies.c - commands on IoT policy documents */
#include "complain.h"
#include "file.h"
#include "gr-registry/commands.h"
#include "policy/policy.h"
#include "printable.h"
#include "registry/certificate.h"
#include "registry/command.h"
#include "registry/table.h"

#include <stdio.h>
#include <stdlib.h>

enum { DOCUMENT_MAX = 16384 };	/* AWS IoT counts 2048 characters without white space */

#define SPEC(command, operands, about) static const struct arg_spec spec = { "gr-registry " command, operands, about, command_options }

static enum status create(struct command *v)
{
	const char *path = v->operands[1], *problem;
	char *text = NULL;
	size_t len = 0;
	enum status st = file_read(&text, &len, path, DOCUMENT_MAX);

	if (st == GR_NO) {
		complain("%s: no such file", path);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	if ((problem = policy_problem(text))) {
		complain("%s: %s", path, problem);
		st = GR_BAD;
	} else {
		st = policy_put(v->db, v->operands[0], text);
	}
	free(text);
	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "policyName", v->operands[0]))
			   : st;
}

int command_create_policy(int argc, char *argv[])
{
	SPEC("create-policy", "[-H DIR] [-j] POLICY FILE",
	     "Make an IoT policy, or give one a new document; running connections follow within a "
	     "second.");

	return command_change(&spec, argc, argv, 2, 2, create);
}

static enum status answer_both(const struct command *v)
{
	return command_answer(v,
			      json_pack("{s:s, s:s}", "policyName", v->operands[0],
					"certificateId", v->operands[1]));
}

static enum status attach(struct command *v)
{
	enum status st = policy_attach(v->db, v->operands[0], v->operands[1]);

	return st == GR_OK ? answer_both(v) : st;
}

int command_attach_policy(int argc, char *argv[])
{
	SPEC("attach-policy", "[-H DIR] [-j] POLICY CERTIFICATE-ID",
	     "Let a policy speak for a certificate.");

	return command_change(&spec, argc, argv, 2, 2, attach);
}

static enum status detach(struct command *v)
{
	enum status st = policy_detach(v->db, v->operands[0], v->operands[1]);

	return st == GR_OK ? answer_both(v) : st;
}

int command_detach_policy(int argc, char *argv[])
{
	SPEC("detach-policy", "[-H DIR] [-j] POLICY CERTIFICATE-ID",
	     "Take a policy from a certificate.");

	return command_change(&spec, argc, argv, 2, 2, detach);
}

static enum status list(struct command *v)
{
	static const struct table_column columns[] = { { "POLICY", "policyName", TABLE_TEXT },
						       { "CERTIFICATES", "certificates",
							 TABLE_NUMBER },
						       { 0 } };
	sqlite3_stmt *row;
	enum status st = db_query(&row, v->db,
				  "SELECT name, (SELECT count(*) FROM certificate_policy WHERE "
				  "policy = name) FROM policy ORDER BY name",
				  "");

	return table_query(columns, v->json, v->db, row, st);
}

int command_list_policies(int argc, char *argv[])
{
	SPEC("list-policies", "[-H DIR] [-j]",
	     "List policies: name, number of certificates that it speaks for.");

	return command_read(&spec, argc, argv, 0, 0, list);
}

static enum status list_attached(struct command *v)
{
	static const struct table_column columns[] = { { "POLICY", "policyName", TABLE_TEXT },
						       { 0 } };
	struct certificate c;
	sqlite3_stmt *row;
	enum status st = certificate_get(&c, v->db, v->operands[0]);

	if (st == GR_NO)
		complain("%s: no such certificate", v->operands[0]);
	if (st != GR_OK)
		return st;
	st =
	    db_query(&row, v->db,
		     "SELECT policy FROM certificate_policy WHERE certificate = ? ORDER BY policy",
		     "s", c.id);
	return table_query(columns, v->json, v->db, row, st);
}

int command_list_attached_policies(int argc, char *argv[])
{
	SPEC("list-attached-policies", "[-H DIR] [-j] CERTIFICATE-ID",
	     "List the policies that speak for a certificate.");

	return command_read(&spec, argc, argv, 1, 1, list_attached);
}

/* As it was given, so that it can be edited and given again. */
static enum status get(struct command *v)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, v->db, "SELECT document FROM policy WHERE name = ?", "s",
				  v->operands[0]);

	if (st == GR_NO)
		complain("%s: no such policy", v->operands[0]);
	if (st != GR_OK)
		return st;
	if (v->json)
		st = command_answer(v,
				    json_pack("{s:s, s:s}", "policyName", v->operands[0],
					      "policyDocument", db_text(row, 0)));
	else
		printable_verbatim(db_text(row, 0));
	db_done(row);
	return st;
}

int command_get_policy(int argc, char *argv[])
{
	SPEC("get-policy", "[-H DIR] [-j] POLICY", "Print a policy's document, byte for byte.");

	return command_read(&spec, argc, argv, 1, 1, get);
}

static enum status delete (struct command *v) {
	enum status st = policy_delete(v->db, v->operands[0]);

	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "policyName", v->operands[0]))
			   : st;
}

int command_delete_policy(int argc, char *argv[])
{
	SPEC("delete-policy", "[-H DIR] [-j] POLICY",
	     "Delete a policy that speaks for no certificate.");

	return command_change(&spec, argc, argv, 1, 1, delete);
}
