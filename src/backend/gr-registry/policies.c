/* SPDX-License-Identifier: Apache-2.0 */
/* policies.c - commands on IoT policy documents */
#include "base/table.h"
#include "complain.h"
#include "file.h"
#include "gr-registry/commands.h"
#include "policy/policy.h"
#include "printable.h"
#include "registry/certificate.h"
#include "registry/command.h"
#include "registry/policy_store.h"

#include <stdio.h>
#include <stdlib.h>

enum { DOCUMENT_MAX = 16384 };	/* AWS IoT counts 2048 characters without white space */

#define SPEC(command, operands, about) \
	static const struct arg_spec spec = { "gr-registry " command, operands, about, \
					      command_options }

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
	problem = policy_problem(text);
	if (problem) {
		complain("%s: %s", path, problem);
		st = GR_BAD;
	} else {
		st = policy_store_put(v->db, v->operands[0], text);
	}
	free(text);
	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "policyName", v->operands[0]))
			   : st;
}

int command_create_policy(int argc, char *argv[])
{
	SPEC("create-policy", "[-H DIR] [-j] POLICY FILE",
	     "Make an IoT policy, or give one a new document; it applies to open connections "
	     "within a second.");

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
	enum status st = policy_store_attach(v->db, v->operands[0], v->operands[1]);

	return st == GR_OK ? answer_both(v) : st;
}

int command_attach_policy(int argc, char *argv[])
{
	SPEC("attach-policy", "[-H DIR] [-j] POLICY CERTIFICATE-ID",
	     "Attach a policy to a certificate.");

	return command_change(&spec, argc, argv, 2, 2, attach);
}

static enum status detach(struct command *v)
{
	enum status st = policy_store_detach(v->db, v->operands[0], v->operands[1]);

	return st == GR_OK ? answer_both(v) : st;
}

int command_detach_policy(int argc, char *argv[])
{
	SPEC("detach-policy", "[-H DIR] [-j] POLICY CERTIFICATE-ID",
	     "Detach a policy from a certificate.");

	return command_change(&spec, argc, argv, 2, 2, detach);
}

static enum status print_policy(void *arg, const struct policy_row *row)
{
	const struct table_value values[] = { { .text = row->name },
					      { .number = row->certificates } };

	table_row(arg, values);
	return GR_OK;
}

static enum status list(struct command *v)
{
	static const struct table_column columns[] = {
		{ "POLICY", "policyName", TABLE_TEXT },
		{ "CERTIFICATES", "certificates", TABLE_NUMBER }, { 0 }
	};
	struct table table;
	enum status st;

	table_start(&table, columns, v->json);
	st = policy_store_list(v->db, print_policy, &table);
	table_end(&table);
	return st;
}

int command_list_policies(int argc, char *argv[])
{
	SPEC("list-policies", "[-H DIR] [-j]",
	     "List policies: name, number of certificates that it is attached to.");

	return command_read(&spec, argc, argv, 0, 0, list);
}

static enum status print_name(void *arg, const char *name)
{
	table_row(arg, &(struct table_value){ .text = name });
	return GR_OK;
}

static enum status list_attached(struct command *v)
{
	static const struct table_column columns[] = { { "POLICY", "policyName", TABLE_TEXT },
						       { 0 } };
	struct certificate c;
	struct table table;
	enum status st = certificate_need(&c, v->db, v->operands[0]);

	if (st != GR_OK)
		return st;
	table_start(&table, columns, v->json);
	st = policy_store_names(v->db, c.id, print_name, &table);
	table_end(&table);
	return st;
}

int command_list_attached_policies(int argc, char *argv[])
{
	SPEC("list-attached-policies", "[-H DIR] [-j] CERTIFICATE-ID",
	     "List the policies that are attached to a certificate.");

	return command_read(&spec, argc, argv, 1, 1, list_attached);
}

/* As it was given, so that it can be edited and given again. */
static enum status get(struct command *v)
{
	char *document = NULL;
	enum status st = policy_store_document(&document, v->db, v->operands[0]);

	if (st == GR_OK && v->json)
		st = command_answer(v, json_pack("{s:s, s:s}", "policyName", v->operands[0],
						 "policyDocument", document));
	else if (st == GR_OK)
		printable_verbatim(document);
	free(document);
	return st;
}

int command_get_policy(int argc, char *argv[])
{
	SPEC("get-policy", "[-H DIR] [-j] POLICY", "Print a policy's document, byte for byte.");

	return command_read(&spec, argc, argv, 1, 1, get);
}

static enum status delete(struct command *v)
{
	enum status st = policy_store_delete(v->db, v->operands[0]);

	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "policyName", v->operands[0]))
			   : st;
}

int command_delete_policy(int argc, char *argv[])
{
	SPEC("delete-policy", "[-H DIR] [-j] POLICY",
	     "Delete a policy that is attached to no certificate.");

	return command_change(&spec, argc, argv, 1, 1, delete);
}
