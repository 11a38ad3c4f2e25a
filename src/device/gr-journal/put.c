/* SPDX-License-Identifier: Apache-2.0 */
/* gr-journal put: change the record, if the phase is the expected one */
#include "complain.h"
#include "gr-journal/commands.h"
#include "rotation/device_context.h"
#include "rotation/owed_restart.h"
#include "str.h"

#include <getopt.h>
#include <string.h>

enum { OPT_FROM = 256, OPT_CLEAR, OPT_OWE };

struct change {
	const char *from;	/* NULL: from any phase */
	bool clears;
	uint32_t owes;		/* a generation; 0: none */
};

static const struct arg_option options[] = {
	{ OPT_FROM, "from", "PHASE",
	  "change nothing unless this is the phase (no journal: idle)" },
	{ OPT_CLEAR, "clear", NULL, "drop every other value; with phase=idle only" },
	{ OPT_OWE, "owe", "N",
	  "record that the switch to generation N, which comes next, owes a restart of the "
	  "runtime" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-journal put", "[options] [KEY=VALUE...]",
				      "Change values in one durable step.", options };

/* GR_BAD: not key=value, or no such key. */
static enum status take(struct journal *journal, const char *text)
{
	size_t len = strcspn(text, "=");
	enum journal_key key;
	char name[64];

	if (text[len] != '=' || !str_format(name, sizeof name, "%.*s", (int)len, text)) {
		complain("%s: not of the form key=value", text);
		return GR_BAD;
	}
	if ((key = journal_find(name)) == JOURNAL_COUNT) {
		complain("%s: no such key", name);
		return GR_BAD;
	}
	return journal_set(journal, key, text + len + 1);
}

static enum status compare(const struct journal *journal, const char *from)
{
	const char *phase = journal_has_phase(journal) ? journal->value[JOURNAL_PHASE]
						       : PHASE_IDLE;

	if (!from || strcmp(phase, from) == 0)
		return GR_OK;
	complain("the phase is %s, not %s", phase, from);
	return GR_NO;
}

/*
 * Values are dropped only on the way into idle: in any other phase a rollback could need them.
 */
static enum status clear(struct journal *journal, int count, char *texts[])
{
	struct journal fresh = { 0 };

	for (int i = 0; i < count; i++)
		if (strcmp(texts[i], "phase=" PHASE_IDLE) == 0) {
			if (journal_is(journal, PHASE_IDLE))
				str_copy(fresh.value[JOURNAL_SINCE], sizeof fresh.value[0],
					 journal->value[JOURNAL_SINCE]);
			str_copy(fresh.value[JOURNAL_PHASE], sizeof fresh.value[0],
				 journal->value[JOURNAL_PHASE]);
			*journal = fresh;
			return GR_OK;
		}
	complain("--clear: can be given only with phase=idle");
	return GR_BAD;
}

static enum status put(struct device_context *context, const struct change *change, int count,
		       char *texts[])
{
	struct journal *journal = &context->journal;
	enum status st;

	st = device_context_open(context, DEVICE_CONTEXT_LOCK | DEVICE_CONTEXT_STORE);
	if (st != GR_OK)
		return st;
	if ((st = compare(journal, change->from)) != GR_OK)
		return st;
	if (change->clears && (st = clear(journal, count, texts)) != GR_OK)
		return st;
	if (!journal_has_phase(journal)) {
		st = journal_set(journal, JOURNAL_PHASE, PHASE_IDLE);
		if (st != GR_OK)
			return st;
	}
	for (int i = 0; i < count; i++)
		if ((st = take(journal, texts[i])) != GR_OK)
			return st;
	if (change->owes != 0 && (st = owed_restart_note(journal, change->owes)) != GR_OK)
		return st;
	return journal_write(journal, &context->store);
}

int command_put(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	struct change change = { 0 };
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == OPT_FROM)
			change.from = optarg;
		else if (ch == OPT_CLEAR)
			change.clears = true;
		else if (ch == OPT_OWE)
			st = arg_u32(&change.owes, "--owe", optarg);
		else
			st = device_context_option(&context, ch, optarg);
	}
	if (st == GR_OK && optind == argc && change.owes == 0)
		arg_usage(&spec);
	if (st == GR_OK)
		st = put(&context, &change, argc - optind, argv + optind);
	return device_context_close(&context, st);
}
