/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert status */
#include "gr-install-cert/commands.h"
#include "rotation/device_context.h"
#include "store/generation.h"
#include "store/pair.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

enum { OPT_JSON = 256 };

static const struct arg_option options[] = {
	{ OPT_JSON, "json", NULL, "one JSON object instead of lines" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert status", "[options]",
				      "Print the live generation and all others.", options };

enum { KEY_NAME_MAX = 4 * PATH_MAX };

/* Prints what its key in a token is called now. A URI needs no escapes in JSON. */
static void print_key(const struct store *store, uint32_t n, bool live, bool json)
{
	struct generation_file file;
	char name[KEY_NAME_MAX];

	if (generation_key(&file, store, n) == GR_OK &&
	    key_backend_of(file.data)->name(name, sizeof name, &file, live))
		printf(json ? ",\"key\":\"%s\"" : " %s", name);
	generation_file_release(&file);
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

/* The live generation, 0 without one, and whether a runtime does not find it yet. */
static uint32_t find_live(bool *pending, const struct store *store)
{
	uint32_t live;

	if (store_link(&live, store, "live") != GR_OK)
		live = 0;
	*pending = store->keys->is_pending(store, live) == GR_OK;
	return live;
}

/* id: the certificate in use; "": there is no pair that could be used. */
static enum status print_all(bool *pending, const struct store *store, const char *id, bool json)
{
	struct generation_list list;
	uint32_t live;
	enum status st;

	st = generation_list(&list, store);
	if (st != GR_OK)
		return st;
	live = find_live(pending, store);
	printf(json ? "{\"live\":%" PRIu32 ",\"certificateId\":\"%s\",\"generations\":["
		    : "live=%" PRIu32 "\ncertificateId=%s\n",
	       live, id);
	if (!json && *pending)
		puts("label=pending");
	for (size_t i = 0; i < list.count; i++)
		print_generation(store, list.number[i], list.number[i] == live && !*pending, json,
				 i == 0);
	if (json)
		printf("],\"healthy\":%s}\n", id[0] && !*pending ? "true" : "false");
	return GR_OK;
}

static enum status print_status(const struct store *store, bool json)
{
	enum status st, health;
	struct pair pair;
	bool pending = false;

	health = pair_read_configured(&pair, store);
	st = print_all(&pending, store, pair.cert.id, json);
	pair_release(&pair);
	if (st != GR_OK)
		return st;
	if (health == GR_FAIL)
		return GR_FAIL;
	return health == GR_OK && !pending ? GR_OK : GR_NO;
}

int command_status(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	enum status st = GR_OK;
	bool json = false;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == OPT_JSON)
			json = true;
		else
			st = device_context_option(&context, ch, optarg);
	}
	if (st == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK)
		st = device_context_open(&context, DEVICE_CONTEXT_DAMAGED);
	if (st == GR_OK)
		st = store_check_live(&context.store);
	if (st == GR_OK)
		st = print_status(&context.store, json);
	return device_context_close(&context, st);
}
