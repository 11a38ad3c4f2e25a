/* SPDX-License-Identifier: Apache-2.0 */
/* arg.c - command lines from tables */
#include "arg.h"
#include "complain.h"
#include "out.h"
#include "paths.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARG_MAX_OPTIONS = 40, ARG_HELP = 1000, ARG_VERSION };

static void print_help(const struct arg_spec *spec)
{
	printf("usage: %s %s\n%s\n\n", spec->name, spec->operands, spec->about);
	for (const struct arg_option *o = spec->options; o->name; o++) {
		char left[64];

		snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
			 o->value ? o->value : "");
		if (o->ch < 256)
			printf("  -%c, %-28s %s\n", o->ch, left, o->help);
		else
			printf("      %-28s %s\n", left, o->help);
	}
	printf("      %-28s %s\n", "--help", "show this text");
	printf("      %-28s %s\n", "--version", "show the version");
}

static _Noreturn void end(void)
{
	exit(out_close());
}

static _Noreturn void print_version(void)
{
	puts("gr " GR_VERSION);
	end();
}

void arg_usage(const struct arg_spec *spec)
{
	fprintf(stderr, "usage: %s %s\n", spec->name, spec->operands);
	exit(GR_BAD);
}

void arg_restart(void)
{
	optind = 0;	/* glibc: 0 also forgets the position inside an argument */
}

int arg_next(const struct arg_spec *spec, int argc, char *argv[])
{
	struct option longs[ARG_MAX_OPTIONS + 3] = { 0 };
	char shorts[2 * ARG_MAX_OPTIONS + 2] = "+";	/* '+': stop at the first operand */
	size_t n = 0, s = 1;
	int ch;

	for (const struct arg_option *o = spec->options; o->name && n < ARG_MAX_OPTIONS;
	     o++, n++) {
		longs[n] = (struct option){ o->name, o->value ? required_argument : no_argument,
					    NULL, o->ch };
		if (o->ch < 256) {
			shorts[s++] = (char)o->ch;
			if (o->value)
				shorts[s++] = ':';
		}
	}
	longs[n] = (struct option){ "help", no_argument, NULL, ARG_HELP };
	longs[n + 1] = (struct option){ "version", no_argument, NULL, ARG_VERSION };
	/* getopt begins its error lines with it, and a command is no program */
	argv[0] = (char *)spec->name;
	ch = getopt_long(argc, argv, shorts, longs, NULL);
	if (ch == ARG_VERSION)
		print_version();
	if (ch == ARG_HELP) {
		print_help(spec);
		end();
	}
	if (ch == '?')
		arg_usage(spec);
	return ch;
}

enum status arg_u32(uint32_t *value, const char *what, const char *text)
{
	return arg_range(value, what, text, 0, UINT32_MAX);
}

enum status arg_range(uint32_t *value, const char *what, const char *text, uint32_t min,
		      uint32_t max)
{
	unsigned long long n;
	char *end_of = NULL;

	if (text[0] < '0' || text[0] > '9' || (n = strtoull(text, &end_of, 10)) < min || n > max ||
	    *end_of != '\0') {
		complain("%s: %s: not a number from %lu to %lu", what, text, (unsigned long)min,
			 (unsigned long)max);
		return GR_BAD;
	}
	*value = (uint32_t)n;
	return GR_OK;
}

static void print_commands(FILE *to, const struct arg_command *commands, const char *program,
			const char *about)
{
	fprintf(to, "usage: %s COMMAND [options] ...\n", program);
	if (to != stdout)
		return;
	printf("%s\n\n", about);
	for (const struct arg_command *v = commands; v->name; v++)
		printf("  %-24s %s\n", v->name, v->help);
	printf("\nOptions of a command: %s COMMAND --help\n", program);
}

int arg_commands(const struct arg_command *commands, const char *program, const char *about,
		 int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--version") == 0)
		print_version();
	if (strcmp(name, "--help") == 0) {
		print_commands(stdout, commands, program, about);
		return out_close();
	}
	for (const struct arg_command *v = commands; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v->run(argc - 1, argv + 1);
	if (name[0] != '\0')
		complain("%s: no such command", name);
	print_commands(stderr, commands, program, about);
	return GR_BAD;
}
