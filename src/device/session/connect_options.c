/* SPDX-License-Identifier: Apache-2.0 */
/* connect_options.c - what a session is opened with */
#include "session/connect_options.h"
#include "complain.h"
#include "config/settings.h"
#include "store/credential.h"
#include "store/store.h"
#include "str.h"

#include <string.h>

static enum status check_settings(const struct conf *conf)
{
	enum status st;

	if ((st = settings_thing(conf)) != GR_OK)
		return st;
	if ((st = settings_endpoint(conf)) != GR_OK)
		return st;
	if ((st = settings_port(conf)) != GR_OK)
		return st;
	return settings_ca(conf, CONF_ROOT_CA_PATH);
}

static enum status load_target(struct connect_options *options, const struct conf *conf)
{
	const char *thing = conf_text(conf, CONF_THING_NAME);
	bool plain = strcmp(conf_text(conf, CONF_RUNTIME), "none") == 0;
	struct tls_setup *setup = &options->setup;
	enum status st;

	if ((st = check_settings(conf)) != GR_OK)
		return st;
	str_copy(options->thing, sizeof options->thing, thing); /* fits: settings_thing */
	str_format(options->client, sizeof options->client, "%s%s", thing, plain ? "" : "#gr");
	setup->conf = conf;
	setup->key = options->key;
	setup->certificate = options->certificate;
	setup->ca = conf_text(conf, CONF_ROOT_CA_PATH);
	setup->host = conf_text(conf, CONF_IOT_DATA_ENDPOINT);
	setup->port = (uint16_t)conf_number(conf, CONF_IOT_DATA_PORT);
	setup->id = options->id;
	return GR_OK;
}

static enum status load_id(struct connect_options *options)
{
	struct cert cert = { 0 };
	enum status st = credential_certificate(&cert, options->setup.conf, options->certificate);

	if (st != GR_OK)
		return st;
	str_copy(options->id, sizeof options->id, cert.id);
	cert_release(&cert);
	return GR_OK;
}

enum status connect_options_load(struct connect_options *options, const struct conf *conf,
				 uint32_t generation)
{
	enum status st;

	if ((st = load_target(options, conf)) != GR_OK)
		return st;
	st = store_pair_paths(options->key, options->certificate, conf, generation);
	return st == GR_OK ? load_id(options) : st;
}

enum status connect_options_load_files(struct connect_options *options, const struct conf *conf,
				       const char *key, const char *certificate)
{
	enum status st;

	if ((st = load_target(options, conf)) != GR_OK)
		return st;
	if (!str_copy(options->key, sizeof options->key, key) ||
	    !str_copy(options->certificate, sizeof options->certificate, certificate)) {
		complain("%.200s...: the path is too long", key);
		return GR_BAD;
	}
	return load_id(options);
}

void connect_options_as_thing(struct connect_options *options)
{
	str_copy(options->client, sizeof options->client, options->thing);
}

void connect_options_as_probe(struct connect_options *options)
{
	str_format(options->client, sizeof options->client, "%s#probe", options->thing);
}
