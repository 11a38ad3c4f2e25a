/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arg.h - command lines: one table a program, from which the parser, --help and the usage
 * line are all made, so that they cannot drift apart.
 */
#ifndef GR_ARG_H
#define GR_ARG_H

#include <stdint.h>

#include "status.h"

struct arg_option {
	int ch;			/* the letter; a number of 256 or more has no short form */
	const char *name;	/* the long form, without dashes */
	const char *value;	/* the name of its value, or NULL for a flag */
	const char *help;
};

struct arg_spec {
	/* what to call the program in its usage and error lines: "gr-jobs create" */
	const char *name;
	const char *operands;	/* "[options] JOB STATUS" */
	const char *about;	/* one line */
	/* ended by an entry whose name is NULL; --help and --version are added */
	const struct arg_option *options;
};

/*
 * Like getopt: the next option's ch, or -1 after the last; optarg and optind as there. Options
 * come before operands. --help and --version are answered on standard output and end the program
 * with 0; an unknown or incomplete option ends it with GR_BAD and a usage line. argv[0] becomes
 * the spec's name.
 */
int arg_next(const struct arg_spec *spec, int argc, char *argv[]);
/* Starts over for another argument vector (a command's own). */
void arg_restart(void);
/* Writes the usage line to standard error and ends the program with GR_BAD. */
_Noreturn void arg_usage(const struct arg_spec *spec);

/* A decimal number with nothing around it. GR_BAD, one line: it is not one; *value untouched. */
enum status arg_u32(uint32_t *value, const char *what, const char *text);
/* The same from min to max; the line says so. */
enum status arg_range(uint32_t *value, const char *what, const char *text, uint32_t min,
		      uint32_t max);

/* A program with commands: a table, and the call of the command named by argv[1]. */
struct arg_command {
	const char *name;
	int (*run)(int argc, char *argv[]);	/* argv[0] is the command */
	const char *help;
};
int arg_commands(const struct arg_command *commands, const char *program, const char *about,
		 int argc, char *argv[]);

#endif
