/* SPDX-License-Identifier: Apache-2.0 */
/* gr-probe: does the broker take these credentials? */
#include "arg.h"
#include "clock.h"
#include "config/conf.h"
#include "config/gr_config.h"
#include "out.h"
#include "secret.h"
#include "session/connect_options.h"
#include "session/mqtt.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPT_CERTIFICATE = 256, OPT_KEY, OPT_TAKE_OVER };

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the pair to try (default: the live one)" },
	{ OPT_CERTIFICATE, "certificate", "LOCATION",
	  "a certificate, instead of a generation: a file or a pkcs11: URI" },
	{ OPT_KEY, "key", "LOCATION", "and its private key" },
	{ OPT_TAKE_OVER, "take-over", NULL,
	  "connect as THING itself, which ends the session of that name" },
	CONF_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-probe", "[--take-over] [-g N | --certificate LOCATION --key LOCATION]",
	"Connect as THING#probe, disconnect, and tell whether the broker accepted the "
	"pair.", options
};

struct settings {
	struct conf conf;
	uint32_t generation;
	const char *certificate, *key;
	bool take_over;
};

static enum status read_settings(struct settings *set, int argc, char *argv[])
{
	bool by_number = false;
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		switch (ch) {
		case 'g':
			by_number = true;
			st = arg_u32(&set->generation, "-g", optarg);
			break;
		case OPT_CERTIFICATE:
			set->certificate = optarg;
			break;
		case OPT_KEY:
			set->key = optarg;
			break;
		case OPT_TAKE_OVER:
			set->take_over = true;
			break;
		default:
			st = conf_option(&set->conf, ch, optarg);
		}
	}
	if (st == GR_OK &&
	    (optind != argc || !set->certificate != !set->key || (by_number && set->key)))
		arg_usage(&spec);
	return st == GR_OK ? gr_config_load(&set->conf) : st;
}

static enum status probe(const struct connect_options *connection, uint32_t seconds)
{
	struct message_queue queue = { 0 };
	struct mqtt mqtt = { 0 };
	enum status st;

	st = mqtt_open(&mqtt, &connection->setup, connection->client, &queue,
		       clock_boot_ms() + INT64_C(1000) * seconds);
	if (st != GR_OK)
		return st;
	mqtt_close(&mqtt);
	message_queue_release(&queue);
	puts(connection->id);
	return out_close();
}

int main(int argc, char *argv[])
{
	struct settings set = { 0 };
	struct connect_options connection = { 0 };
	enum status st;

	secret_guard();
	if ((st = read_settings(&set, argc, argv)) != GR_OK)
		goto out;
	st = set.key ? connect_options_load_files(&connection, &set.conf, set.key, set.certificate)
		     : connect_options_load(&connection, &set.conf, set.generation);
	if (st != GR_OK)
		goto out;
	if (set.take_over)
		connect_options_as_thing(&connection);
	else
		connect_options_as_probe(&connection);
	st = probe(&connection, conf_number(&set.conf, CONF_REQUEST_TIMEOUT));
out:
	conf_release(&set.conf);
	return st;
}
