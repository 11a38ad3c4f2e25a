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
 * Returns the next option's ch, or -1 after the last one; optarg and optind are set as by getopt.
 * Options come before operands. --help and --version are answered on standard output and end the
 * program with 0; an unknown or incomplete option ends it with GR_BAD and a usage line. It sets
 * argv[0] to the spec's name.
 */
int arg_next(const struct arg_spec *spec, int argc, char *argv[]);
/* Begins anew with another argument vector (a command's own). */
void arg_restart(void);
/* Writes the usage line to standard error and ends the program with GR_BAD. */
_Noreturn void arg_usage(const struct arg_spec *spec);

/*
 * Reads a decimal number with nothing around it; what names it in the error line. GR_BAD, one
 * line: it is none, and *value is untouched.
 */
enum status arg_u32(uint32_t *value, const char *what, const char *text);
/* Does the same for a number from min to max; the error line names both. */
enum status arg_range(uint32_t *value, const char *what, const char *text, uint32_t min,
		      uint32_t max);

/*
 * A command of a program; arg_commands calls the one that argv[1] names. A table of them is ended
 * by an entry without a name.
 */
struct arg_command {
	const char *name;
	int (*run)(int argc, char *argv[]);	/* argv[0] is the command */
	const char *help;
};
int arg_commands(const struct arg_command *commands, const char *program, const char *about,
		 int argc, char *argv[]);

#endif
