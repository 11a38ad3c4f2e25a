/* things.c - verbs on things and groups */
#include "gr-registry/verbs.h"
#include "complain.h"
#include "jobs/queue.h"
#include "json.h"
#include "registry/thing.h"
#include "registry/verb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPEC(verb, operands, about) static const struct arg_spec spec = { "gr-registry " verb, operands, about, verb_options }

int do_init(int argc, char *argv[])
{
	SPEC("init", "[-H DIR]", "Make an empty registry in DIR.");
	struct verb v = { 0 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		verb_option(&v, ch);
	if (argc != optind)
		arg_usage(&spec);
	if ((st = home_find(&v.home, v.home_dir)) != GR_OK || (st = home_make(&v.home)) != GR_OK)
		return st;
	return verb_close(&v, db_open(&v.db, v.home.registry, DB_CREATE));
}

static enum status create_thing(struct verb *v)
{
	return thing_create(v->db, v->operands[0], v->now);
}

int do_create_thing(int argc, char *argv[])
{
	SPEC("create-thing", "[-H DIR] THING", "Make a thing; making it again changes nothing.");

	return verb_change(&spec, argc, argv, 1, 1, create_thing);
}

static enum status delete_thing(struct verb *v)
{
	enum status st = thing_delete(v->db, v->operands[0]);

	return st == GR_OK ? queue_remove_thing(v->db, v->operands[0], v->now) : st;
}

int do_delete_thing(int argc, char *argv[])
{
	SPEC("delete-thing", "[-H DIR] THING", "Delete a thing that has no certificate attached.");

	return verb_change(&spec, argc, argv, 1, 1, delete_thing);
}

static void print_thing(const struct verb *v, sqlite3_stmt *row, bool first)
{
	if (!v->json)
		printf("%s\t%lld\t%s\n", db_text(row, 0), (long long)db_int(row, 1), db_text(row, 2));
	else
		printf("%s{\"thingName\":\"%s\",\"certificates\":%lld,\"connected\":%s}", first ? "" : ",", db_text(row, 0),
		       (long long)db_int(row, 1), strcmp(db_text(row, 2), "connected") == 0 ? "true" : "false");
}

static enum status list_things(struct verb *v)
{
	sqlite3_stmt *row;
	bool first = true;
	enum status st;

	if (v->count && (st = group_need(v->db, v->operands[0])) != GR_OK)
		return st;
	st = db_query(&row, v->db,
		"SELECT name, (SELECT count(*) FROM principal WHERE thing = name),"
		" coalesce((SELECT CASE live WHEN 1 THEN 'connected' END FROM session WHERE thing = name), '-')"
		" FROM thing WHERE ?1 = '' OR name IN (SELECT thing FROM member WHERE thing_group = ?1) ORDER BY name",
		"s", v->count ? v->operands[0] : "");

	if (v->json)
		putchar('[');
	for (; st == GR_OK; st = db_next(v->db, &row), first = false)
		print_thing(v, row, first);
	if (v->json)
		puts("]");
	return st == GR_NO ? GR_OK : st;
}

int do_list_things(int argc, char *argv[])
{
	SPEC("list-things", "[-H DIR] [-j] [GROUP]", "List things: name, number of certificates, whether connected.");

	return verb_read(&spec, argc, argv, 0, 1, list_things);
}

static enum status create_group(struct verb *v)
{
	return group_create(v->db, v->operands[0], v->now);
}

int do_create_thing_group(int argc, char *argv[])
{
	SPEC("create-thing-group", "[-H DIR] GROUP", "Make a group of things; making it again changes nothing.");

	return verb_change(&spec, argc, argv, 1, 1, create_group);
}

static enum status add_to_group(struct verb *v)
{
	return group_add(v->db, v->operands[0], v->operands[1]);
}

int do_add_thing_to_thing_group(int argc, char *argv[])
{
	SPEC("add-thing-to-thing-group", "[-H DIR] GROUP THING", "Put a thing into a group.");

	return verb_change(&spec, argc, argv, 2, 2, add_to_group);
}

static enum status remove_from_group(struct verb *v)
{
	return group_remove(v->db, v->operands[0], v->operands[1]);
}

int do_remove_thing_from_thing_group(int argc, char *argv[])
{
	SPEC("remove-thing-from-thing-group", "[-H DIR] GROUP THING", "Take a thing out of a group.");

	return verb_change(&spec, argc, argv, 2, 2, remove_from_group);
}
