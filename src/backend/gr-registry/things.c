/* SPDX-License-Identifier: Apache-2.0 */
/* things.c - commands on things */
#include "base/table.h"
#include "gr-registry/commands.h"
#include "jobs/transition.h"
#include "registry/command.h"
#include "registry/group.h"
#include "registry/registry.h"
#include "registry/thing.h"

#include <unistd.h>

#define SPEC(command, operands, about) \
	static const struct arg_spec spec = { "gr-registry " command, operands, about, \
					      command_options }

int command_init(int argc, char *argv[])
{
	SPEC("init", "[-H DIR]", "Make an empty registry in DIR.");
	struct command v = { 0 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		command_option(&v, ch);
	if (argc != optind)
		arg_usage(&spec);
	st = home_find(&v.home, v.home_dir);
	if (st == GR_OK)
		st = home_make(&v.home);
	if (st != GR_OK)
		return st;
	return command_close(&v, registry_open(&v.db, v.home.registry, DB_CREATE));
}

static enum status create_thing(struct command *v)
{
	enum status st = thing_create(v->db, v->operands[0], v->now);

	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "thingName", v->operands[0]))
			   : st;
}

int command_create_thing(int argc, char *argv[])
{
	SPEC("create-thing", "[-H DIR] [-j] THING",
	     "Make a thing; making it again changes nothing.");

	return command_change(&spec, argc, argv, 1, 1, create_thing);
}

static enum status delete_thing(struct command *v)
{
	enum status st = thing_delete(v->db, v->operands[0]);

	if (st == GR_OK)
		st = transition_remove_thing(v->db, v->operands[0], v->now);
	return st == GR_OK ? command_answer(v, json_pack("{s:s}", "thingName", v->operands[0]))
			   : st;
}

int command_delete_thing(int argc, char *argv[])
{
	SPEC("delete-thing", "[-H DIR] [-j] THING",
	     "Delete a thing that has no certificate attached.");

	return command_change(&spec, argc, argv, 1, 1, delete_thing);
}

static enum status print_thing(void *arg, const struct thing_row *row)
{
	const struct table_value values[] = { { .text = row->name },
					      { .number = row->certificates },
					      { .number = row->connected } };

	table_row(arg, values);
	return GR_OK;
}

static enum status list_things(struct command *v)
{
	static const struct table_column columns[] = {
		{ "THING", "thingName", TABLE_TEXT },
		{ "CERTIFICATES", "certificates", TABLE_NUMBER },
		{ "CONNECTED", "connected", TABLE_FLAG }, { 0 }
	};
	const char *group = v->count ? v->operands[0] : "";
	struct table table;
	enum status st = group[0] ? group_need(v->db, group) : GR_OK;

	if (st != GR_OK)
		return st;
	table_start(&table, columns, v->json);
	st = thing_list(v->db, group, print_thing, &table);
	table_end(&table);
	return st;
}

int command_list_things(int argc, char *argv[])
{
	SPEC("list-things", "[-H DIR] [-j] [GROUP]",
	     "List things: name, number of certificates, whether connected.");

	return command_read(&spec, argc, argv, 0, 1, list_things);
}
