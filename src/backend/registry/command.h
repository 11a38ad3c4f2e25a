/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.h - what the commands of the operator's programs share: the options -H and --json,
 * opening the registry, one transaction, the result on standard output.
 */
#ifndef GR_REGISTRY_COMMAND_H
#define GR_REGISTRY_COMMAND_H

#include <jansson.h>

#include "arg.h"
#include "registry/db.h"
#include "registry/home.h"

struct command {
	const char *home_dir;	/* from -H, or NULL */
	struct home home;
	struct db *db;
	bool json;		/* --json */
	bool force;		/* --force, where a command has it */
	int64_t now;		/* ms since the epoch */
	char **operands;
	int count;
};

#define COMMAND_OPTIONS HOME_OPTION, { 'j', "json", NULL, "print JSON" }
extern const struct arg_option command_options[];	/* COMMAND_OPTIONS alone */

/* Handles -H, --json, and -f for --force. False: ch is another option. */
bool command_option(struct command *v, int ch);
/*
 * Takes the operands, min to max of them, and opens the registry. Call command_close in any case.
 */
enum status command_open(struct command *v, const struct arg_spec *spec, int argc, char *argv[],
			 int min, int max);
enum status command_close(struct command *v, enum status st);

/*
 * Run a whole command that has no options of its own: command_change calls work inside one
 * transaction, command_read without one.
 */
enum status command_change(const struct arg_spec *spec, int argc, char *argv[], int min, int max,
			   enum status (*work)(struct command *));
enum status command_read(const struct arg_spec *spec, int argc, char *argv[], int min, int max,
			 enum status (*work)(struct command *));

/* Prints a value on a line of its own. Takes it over. GR_FAIL, one line: no memory. */
enum status command_print_json(json_t *value);
/*
 * Prints, with --json only, the answer of a command that lists nothing. Takes it over. GR_FAIL,
 * one line: no memory.
 */
enum status command_answer(const struct command *v, json_t *answer);

#endif
