/* SPDX-License-Identifier: Apache-2.0 */
/* gr-config: print where this device keeps its identity */
#include "alg.h"
#include "complain.h"
#include "config/conf.h"
#include "config/settings.h"
#include "gr-config/nucleus_source.h"
#include "json.h"
#include "out.h"
#include "pkcs11/pin.h"
#include "pkcs11/token.h"
#include "secret.h"
#include "store/pair.h"
#include "store/store.h"
#include "token/configured_token.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_EXPLAIN = 256, OPT_JSON, OPT_CHECK, OPT_PIN_FD, OPT_PIN_STAMP };
enum mode {
	PRINT = 0,
	EXPLAIN = OPT_EXPLAIN,
	JSON = OPT_JSON,
	CHECK = OPT_CHECK,
	PIN = OPT_PIN_FD
};

static const struct arg_option options[] = {
	{ OPT_EXPLAIN, "explain", NULL, "add where each value comes from, after a tab" },
	{ OPT_JSON, "json", NULL, "one JSON object instead of lines" },
	{ OPT_CHECK, "check", NULL,
	  "print nothing; check algorithms, key, certificate and CA, or KEY alone" },
	{ OPT_PIN_FD, "pin-fd", "N",
	  "write the PIN of the token to descriptor N, and nothing else" },
	{ OPT_PIN_STAMP, "pin-stamp", NULL,
	  "with --pin-fd: write a second line, which changes when the PIN is set again" },
	CONF_OPTIONS,
	{ 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-config", "[options] [KEY]",
				      "Print the settings of this device: thing, key, "
				      "certificate, endpoint and others.", options };

static const char *state_source(void)
{
	const char *state = getenv("GR_STATE");

	return state && *state ? "environment" : "default";
}

static void print_all(const struct conf *conf, bool explain)
{
	for (enum conf_key k = 0; k < CONF_COUNT; k++)
		printf("%s=%s%s%s\n", conf_name(k), conf_text(conf, k), explain ? "\t" : "",
		       explain ? conf->source[k] : "");
	printf("state=%s%s%s\n", conf->state, explain ? "\t" : "", explain ? state_source() : "");
}

static enum status print_json(const struct conf *conf)
{
	json_t *object = json_object();
	bool ok = object && json_object_set_new(object, "state", json_string(conf->state)) == 0;
	char *text;

	for (enum conf_key k = 0; k < CONF_COUNT && ok; k++)
		ok = json_object_set_new(object, conf_name(k), json_string(conf_text(conf, k))) ==
		    0;
	text = ok ? json_compact(object) : NULL;
	json_decref(object);
	if (!text) {
		complain("the values are not UTF-8, or memory ran out");
		return GR_FAIL;
	}
	puts(text);
	free(text);
	return GR_OK;
}

/* GR_NO, silent: unset. */
static enum status print_one(const struct conf *conf, const char *name)
{
	enum conf_key key = conf_find(name);
	const char *value = strcmp(name, "state") == 0 ? conf->state
	    : key < CONF_COUNT			       ? conf_text(conf, key)
						       : NULL;

	if (!value) {
		complain("%s: no such setting; gr.conf(5) lists them", name);
		return GR_BAD;
	}
	if (*value == '\0')
		return GR_NO;
	puts(value);
	return GR_OK;
}

static enum status check_algorithms(const struct conf *conf)
{
	const struct alg_key *key;
	const struct alg_sign *sign;
	enum status st;

	if ((st = alg_key_find(&key, conf_text(conf, CONF_KEY_ALGORITHM))) != GR_OK ||
	    (st = alg_sign_find(&sign, conf_text(conf, CONF_SIGNING_ALGORITHM))) != GR_OK)
		return st;
	return alg_pair_check(key, sign);
}

/* With a store beside it the file can be had again. */
static void complain_missing(const struct store *store)
{
	enum configured_path_kind kind = CONFIGURED_PATH_MISSING;
	bool key;

	if (store->key.token) {
		complain("%s: %s", store->key.path,
			 store->certificate.token
			     ? "the token has no such private key, or no such certificate"
			     : "the token has no such private key, or the certificate is missing");
		return;
	}
	key = configured_path_look(&kind, &store->key) == GR_OK && kind == CONFIGURED_PATH_MISSING;

	if (!key &&
	    (configured_path_look(&kind, &store->certificate) != GR_OK ||
	     kind != CONFIGURED_PATH_MISSING))
		complain("%s: its live pair is not complete; run gr-install-cert recover",
			 store->path);
	else
		complain("%s: missing; %s", key ? store->key.path : store->certificate.path,
			 store->dir >= 0 ? "run gr-install-cert recover"
			     : key	 ? "put the private key there"
					 : "put the certificate of privateKeyPath there");
}

static enum status check_pair(const struct conf *conf)
{
	struct store store;
	struct pair pair = { 0 };
	enum status st;

	if ((st = store_open(&store, conf)) == GR_OK) {
		if ((st = store_check_live(&store)) == GR_OK &&
		    (st = pair_read_configured(&pair, &store)) == GR_OK)
			st = pair_prove(&pair, &store);
		if (st == GR_NO)
			complain_missing(&store);
		pair_release(&pair);
	}
	store_close(&store);
	return st;
}

/* Whatever is wrong, a person has to look at it. */
static enum status check(const struct conf *conf)
{
	enum status key = settings_path(conf, CONF_PRIVATE_KEY_PATH),
		    cert = settings_path(conf, CONF_CERTIFICATE_FILE_PATH);
	enum status found[] = {
		settings_thing(conf), settings_endpoint(conf), settings_port(conf),
		settings_ca(conf, CONF_ROOT_CA_PATH), settings_ca(conf, CONF_ISSUER_CA_PATH),
		settings_switch(conf, CONF_CERTIFICATE_CHAIN), settings_hook(conf),
		settings_watchdog(conf), settings_due(conf), settings_times(conf),
		settings_token(conf), settings_next_key(conf),
		check_algorithms(conf), key == GR_OK && cert == GR_OK ? check_pair(conf) : GR_BAD
	};

	for (size_t i = 0; i < sizeof found / sizeof found[0]; i++)
		if (found[i] != GR_OK)
			return GR_BAD;
	return GR_OK;
}

/* Those that can be looked at without key and certificate. */
static enum status check_one(const struct conf *conf, const char *name)
{
	static const struct {
		enum conf_key key;
		enum status (*check)(const struct conf *conf);
	} checks[] = {
		{ CONF_THING_NAME, settings_thing }, { CONF_IOT_DATA_ENDPOINT, settings_endpoint },
		{ CONF_IOT_DATA_PORT, settings_port }, { CONF_NEXT_KEY, settings_next_key },
		{ CONF_RESTART_HOOK, settings_hook }, { CONF_WATCHDOG, settings_watchdog },
	};
	enum conf_key key = conf_find(name);

	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		if (checks[i].key == key)
			return checks[i].check(conf) == GR_OK ? GR_OK : GR_BAD;
	complain("--check: %s: not checked alone; leave it out", name);
	return GR_BAD;
}

static enum status read_pin(struct pin *pin, const struct conf *conf)
{
	const char *path = conf_text(conf, CONF_PRIVATE_KEY_PATH), *source;
	struct uri uri = { .has_slot = false };
	enum status st;

	if (uri_is(path)) {
		st = uri_parse(&uri, path, conf_name(CONF_PRIVATE_KEY_PATH));
		if (st != GR_OK)
			return st;
	}
	source = configured_token_pin_source(&uri, conf);
	return strcmp(source, NUCLEUS_SOURCE_PIN) == 0 ? nucleus_source_pin(pin, conf)
						       : pin_read(pin, source, NULL);
}

static bool write_pin(const struct pin *pin, int fd, bool stamp)
{
	return write(fd, pin->text, pin->len) == (ssize_t)pin->len &&
	    (!stamp || dprintf(fd, "\n%s\n", pin->stamp) > 0);
}

/* No other output of any program holds it. */
static enum status hand_over_pin(const struct conf *conf, uint32_t fd, bool stamp)
{
	struct pin pin;
	enum status st = read_pin(&pin, conf);

	if (st != GR_OK)
		return st;
	if (!write_pin(&pin, (int)fd, stamp)) {
		complain("--pin-fd: descriptor %" PRIu32 ": %s", fd, strerror(errno));
		st = errno == EBADF ? GR_BAD : GR_FAIL;
	}
	pin_wipe(&pin);
	return st;
}

struct request {
	enum mode mode;
	uint32_t pin_fd;
	bool pin_stamp;
	const char *key; /* NULL: all */
};

static enum status run(struct conf *conf, const struct request *request)
{
	const char *key = request->key;
	enum status st;

	if ((st = conf_load(conf, nucleus_source_take)) != GR_OK)
		return st;
	switch (request->mode) {
	case CHECK:
		return key ? check_one(conf, key) : check(conf);
	case PIN:
		return hand_over_pin(conf, request->pin_fd, request->pin_stamp);
	case JSON:
		return print_json(conf);
	case PRINT:
	case EXPLAIN:
		break;
	}
	if (key)
		return print_one(conf, key);
	print_all(conf, request->mode == EXPLAIN);
	return GR_OK;
}

/* Those that print nothing go with nothing else. */
static void set_mode(struct request *request, enum mode mode)
{
	if (request->mode != PRINT && request->mode != mode &&
	    (mode >= CHECK || request->mode >= CHECK))
		arg_usage(&spec);
	request->mode = mode;
}

static enum status take_option(struct request *request, struct conf *conf, int ch)
{
	switch (ch) {
	case OPT_PIN_FD:
		set_mode(request, PIN);
		return arg_range(&request->pin_fd, "--pin-fd", optarg, 0, INT_MAX);
	case OPT_PIN_STAMP:
		request->pin_stamp = true;
		return GR_OK;
	case OPT_EXPLAIN:
	case OPT_JSON:
	case OPT_CHECK:
		set_mode(request, (enum mode)ch);
		return GR_OK;
	default:
		return conf_option(conf, ch, optarg);
	}
}

int main(int argc, char *argv[])
{
	struct request request = { .mode = PRINT };
	struct conf conf = { 0 };
	enum status st = GR_OK, out;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = take_option(&request, &conf, ch);
	if (st == GR_OK && request.pin_stamp && request.mode != PIN)
		arg_usage(&spec);
	if (st == GR_OK && argc - optind > (request.mode == PRINT || request.mode == CHECK))
		arg_usage(&spec);
	request.key = argv[optind];
	if (st == GR_OK)
		st = run(&conf, &request);
	conf_release(&conf);
	out = out_close();
	return st == GR_OK ? (int)out : (int)st;
}
