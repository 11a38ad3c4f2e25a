/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert status */
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/relabel.h"
#include "store/token_objects.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

enum { OPT_JSON = 256 };

static const struct arg_option options[] = {
	{ OPT_JSON, "json", NULL, "one JSON object instead of lines" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert status", "[options]",
				      "Prints what is live and what else there is.", options };

/* What its key in a token is called now. A URI needs no escapes in JSON. */
static void print_key(const struct store *store, uint32_t n, bool live, bool json)
{
	struct token_objects set;
	char name[PATH_MAX];

	if (token_objects_load_generation(&set, store, n) == GR_OK) {
		if (live && set.reference.has_shown)
			key_reference_shown(&set.reference.uri, &set.reference);
		if (uri_format_name(name, sizeof name, &set.reference.uri))
			printf(json ? ",\"key\":\"%s\"" : " %s", name);
	}
	token_objects_release(&set);
}

/* Strings here are numbers, hexadecimal or words of ours: nothing needs escaping. */
static void print_generation(const struct store *store, uint32_t n, bool live, bool json,
			     bool first)
{
	bool committed = generation_is_committed(store, n) == GR_OK;
	const char *state = generation_has(store, n, STORE_KEY_FILE) == GR_OK ? "key" : "empty";
	struct pair pair;
	bool complete = pair_read(&pair, store, n) == GR_OK;

	if (complete)
		state = "complete";
	if (json)
		printf("%s{\"generation\":%" PRIu32 ",\"state\":\"%s\",\"committed\":%s",
		       first ? "" : ",", n, state, committed ? "true" : "false");
	else
		printf("generation %" PRIu32 " %s %s", n, state, committed ? "committed" : "-");
	if (complete)
		printf(json ? ",\"certificateId\":\"%s\",\"notAfter\":%" PRId64 : " %s %" PRId64,
		       pair.cert.id, pair.cert.not_after);
	else if (!json)
		fputs(" - -", stdout);
	print_key(store, n, live, json);
	fputs(json ? "}" : "\n", stdout);
	pair_release(&pair);
}

static enum status print_status(const struct store *store, bool json)
{
	struct generation_list list;
	struct pair pair;
	uint32_t live = 0;
	bool pending = false;
	enum status st, health = pair_read_configured(&pair, store);

	if ((st = generation_list(&list, store)) == GR_OK) {
		if (store_link(&live, store, "live") != GR_OK)
			live = 0;
		pending = relabel_is_pending(store, live) == GR_OK;
		printf(json ? "{\"live\":%" PRIu32 ",\"certificateId\":\"%s\",\"generations\":["
			    : "live=%" PRIu32 "\ncertificateId=%s\n",
		       live, health == GR_OK ? pair.cert.id : "");
		if (!json && pending)
			puts("label=pending");
		for (size_t i = 0; i < list.count; i++)
			print_generation(store, list.number[i], list.number[i] == live && !pending,
					 json, i == 0);
		if (json)
			printf("],\"healthy\":%s}\n",
			       health == GR_OK && !pending ? "true" : "false");
	}
	pair_release(&pair);
	if (st == GR_OK && (health != GR_OK || pending))
		return health == GR_FAIL ? GR_FAIL : GR_NO;
	return st;
}

int command_status(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	enum status st = GR_OK;
	bool json = false;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == OPT_JSON)
			json = true;
		else
			st = device_context_option(&desk, ch, optarg);
	}
	if (st == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = device_context_open(&desk, DEVICE_CONTEXT_DAMAGED)) == GR_OK &&
	    (st = store_check_live(&desk.store)) == GR_OK)
		st = print_status(&desk.store, json);
	return device_context_close(&desk, st);
}
