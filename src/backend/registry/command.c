/* SPDX-License-Identifier: Apache-2.0 */
/* command.c - what the commands of the operator's programs share */
#include "registry/command.h"
#include "clock.h"
#include "complain.h"
#include "json.h"
#include "out.h"
#include "printable.h"
#include "registry/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct arg_option command_options[] = { COMMAND_OPTIONS, { 0 } };

bool command_option(struct command *v, int ch)
{
	if (ch == 'H')
		v->home_dir = optarg;
	else if (ch == 'j')
		v->json = true;
	else if (ch == 'f')
		v->force = true;
	else
		return false;
	return true;
}

enum status command_open(struct command *v, const struct arg_spec *spec, int argc, char *argv[],
			 int min, int max)
{
	enum status st;

	v->operands = argv + optind;
	v->count = argc - optind;
	if (v->count < min || v->count > max)
		arg_usage(spec);
	v->now = clock_real_ms();
	st = home_find(&v->home, v->home_dir);
	if (st == GR_OK)
		st = home_enter(&v->home);
	return st == GR_OK ? registry_open(&v->db, v->home.registry, DB_OPEN) : st;
}

enum status command_close(struct command *v, enum status st)
{
	enum status written;

	if (v->db)
		db_rollback(v->db);	/* whatever was not committed */
	db_close(v->db);
	v->db = NULL;
	written = out_close();
	/* a no that nobody can read is none */
	return (st == GR_OK || st == GR_NO) && written != GR_OK ? written : st;
}

static enum status run(const struct arg_spec *spec, int argc, char *argv[], int min, int max,
		       enum status (*work)(struct command *), bool change)
{
	struct command v = { 0 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(spec, argc, argv)) != -1)
		command_option(&v, ch);
	st = command_open(&v, spec, argc, argv, min, max);
	if (st == GR_OK && change)
		st = db_begin(v.db);
	if (st == GR_OK)
		st = work(&v);
	if (st == GR_OK && change)
		st = db_commit(v.db);
	return command_close(&v, st);
}

enum status command_change(const struct arg_spec *spec, int argc, char *argv[], int min, int max,
			   enum status (*work)(struct command *))
{
	return run(spec, argc, argv, min, max, work, true);
}

enum status command_read(const struct arg_spec *spec, int argc, char *argv[], int min, int max,
			 enum status (*work)(struct command *))
{
	return run(spec, argc, argv, min, max, work, false);
}

enum status command_print_json(json_t *value)
{
	char *text = value ? json_compact(value) : NULL;

	json_decref(value);
	if (!text) {
		complain("no answer could be built: out of memory");
		return GR_FAIL;
	}
	printable_write_json(stdout, text);
	putchar('\n');
	free(text);
	return GR_OK;
}

enum status command_answer(const struct command *v, json_t *answer)
{
	if (v->json)
		return command_print_json(answer);
	json_decref(answer);
	return GR_OK;
}
