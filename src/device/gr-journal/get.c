/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal get: values, to be read one by one by a shell */
#include "complain.h"
#include "gr-journal/commands.h"
#include "rotation/device_context.h"

#include <getopt.h>
#include <stdio.h>

static const struct arg_option options[] = { CONF_OPTIONS, { 0, NULL, NULL, NULL } };
static const struct arg_spec spec = { "gr-journal get", "[options] [KEY...]",
				      "Print all values as KEY=VALUE, or the value of KEY alone.",
				      options };

static enum status check_keys(int count, char *keys[])
{
	for (int i = 0; i < count; i++)
		if (journal_find(keys[i]) == JOURNAL_COUNT) {
			complain("%s: no such key", keys[i]);
			return GR_BAD;
		}
	return GR_OK;
}

static void print(const struct journal *journal, int count, char *keys[])
{
	if (count == 1) {
		puts(journal->value[journal_find(keys[0])]);
		return;
	}
	for (int i = 0; i < count; i++)
		printf("%s=%s\n", keys[i], journal->value[journal_find(keys[i])]);
	for (enum journal_key k = 0; count == 0 && k < JOURNAL_COUNT; k++)
		if (journal->value[k][0])
			printf("%s=%s\n", journal_name(k), journal->value[k]);
}

int command_get(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st;

	st = device_context_options(&context, &spec, argc, argv);
	if (st == GR_OK)
		st = check_keys(argc - optind, argv + optind);
	if (st == GR_OK && (st = device_context_open(&context, 0)) == GR_OK) {
		if (journal_has_phase(&context.journal))
			print(&context.journal, argc - optind, argv + optind);
		else
			st = GR_NO;
	}
	return device_context_close(&context, st);
}
