/* SPDX-License-Identifier: Apache-2.0 */
/* groups.c - commands on groups of things */
#include "base/table.h"
#include "gr-registry/commands.h"
#include "registry/command.h"
#include "registry/group.h"
#include "registry/thing.h"

#define SPEC(command, operands, about) \
	static const struct arg_spec spec = { "gr-registry " command, operands, about, \
					      command_options }

static enum status answer(const struct command *v, enum status st)
{
	return st == GR_OK
	    ? command_answer(v,
			     json_pack("{s:s, s:s*}", "thingGroupName", v->operands[0],
				       "thingName", v->count > 1 ? v->operands[1] : NULL))
	    : st;
}

static enum status create(struct command *v)
{
	return answer(v, group_create(v->db, v->operands[0], v->now));
}

int command_create_thing_group(int argc, char *argv[])
{
	SPEC("create-thing-group", "[-H DIR] [-j] GROUP",
	     "Make a group of things; making it again changes nothing.");

	return command_change(&spec, argc, argv, 1, 1, create);
}

static enum status delete(struct command *v)
{
	return answer(v, group_delete(v->db, v->operands[0]));
}

int command_delete_thing_group(int argc, char *argv[])
{
	SPEC("delete-thing-group", "[-H DIR] [-j] GROUP", "Delete a group; its things stay.");

	return command_change(&spec, argc, argv, 1, 1, delete);
}

static enum status print_group(void *arg, const struct group_row *row)
{
	const struct table_value values[] = { { .text = row->name }, { .number = row->things } };

	table_row(arg, values);
	return GR_OK;
}

static enum status list(struct command *v)
{
	static const struct table_column columns[] = { { "GROUP", "thingGroupName", TABLE_TEXT },
						       { "THINGS", "things", TABLE_NUMBER },
						       { 0 } };
	const char *thing = v->count ? v->operands[0] : "";
	struct table table;
	enum status st = thing[0] ? thing_need(v->db, thing) : GR_OK;

	if (st != GR_OK)
		return st;
	table_start(&table, columns, v->json);
	st = group_list(v->db, thing, print_group, &table);
	table_end(&table);
	return st;
}

int command_list_thing_groups(int argc, char *argv[])
{
	SPEC("list-thing-groups", "[-H DIR] [-j] [THING]",
	     "List groups, or those that a thing is in: name, number of things.");

	return command_read(&spec, argc, argv, 0, 1, list);
}

static enum status add(struct command *v)
{
	return answer(v, group_add(v->db, v->operands[0], v->operands[1]));
}

int command_add_thing_to_thing_group(int argc, char *argv[])
{
	SPEC("add-thing-to-thing-group", "[-H DIR] [-j] GROUP THING", "Put a thing into a group.");

	return command_change(&spec, argc, argv, 2, 2, add);
}

static enum status take_out(struct command *v)
{
	return answer(v, group_remove(v->db, v->operands[0], v->operands[1]));
}

int command_remove_thing_from_thing_group(int argc, char *argv[])
{
	SPEC("remove-thing-from-thing-group", "[-H DIR] [-j] GROUP THING",
	     "Take a thing out of a group.");

	return command_change(&spec, argc, argv, 2, 2, take_out);
}
