/* SPDX-License-Identifier: Apache-2.0 */
/* login.c - what a session is opened with */
#include "session/login.h"
#include "complain.h"
#include "config/settings.h"
#include "store/store.h"
#include "str.h"

#include <string.h>

static enum status load_target(struct login *login, const struct conf *conf)
{
	const char *thing = conf_text(conf, CONF_THING_NAME);
	enum status st;

	if ((st = settings_thing(conf)) != GR_OK || (st = settings_endpoint(conf)) != GR_OK ||
	    (st = settings_port(conf)) != GR_OK ||
	    (st = settings_ca(conf, CONF_ROOT_CA_PATH)) != GR_OK)
		return st;
	str_copy(login->thing, sizeof login->thing, thing);	/* fits: settings_thing */
	str_format(login->client, sizeof login->client, "%s%s", thing,
		   strcmp(conf_text(conf, CONF_RUNTIME), "none") == 0 ? "" : "#gr");
	login->setup = (struct tls_setup){
		.conf = conf, .key = login->key, .certificate = login->certificate,
		.ca = conf_text(conf, CONF_ROOT_CA_PATH),
		.host = conf_text(conf, CONF_IOT_DATA_ENDPOINT),
		.port = (uint16_t)conf_number(conf, CONF_IOT_DATA_PORT), .id = login->id
	};
	return GR_OK;
}

static enum status load_id(struct login *login)
{
	struct cert cert = { 0 };
	enum status st = credential_certificate(&cert, login->setup.conf, login->certificate);

	if (st != GR_OK)
		return st;
	str_copy(login->id, sizeof login->id, cert.id);
	cert_release(&cert);
	return GR_OK;
}

enum status login_load(struct login *login, const struct conf *conf, uint32_t generation)
{
	enum status st;

	if ((st = load_target(login, conf)) != GR_OK ||
	    (st = store_pair_paths(login->key, login->certificate, conf, generation)) != GR_OK)
		return st;
	return load_id(login);
}

enum status login_load_files(struct login *login, const struct conf *conf, const char *key,
			     const char *certificate)
{
	enum status st;

	if ((st = load_target(login, conf)) != GR_OK)
		return st;
	if (!str_copy(login->key, sizeof login->key, key) ||
	    !str_copy(login->certificate, sizeof login->certificate, certificate)) {
		complain("%.200s...: the path is too long", key);
		return GR_BAD;
	}
	return load_id(login);
}

void login_as_thing(struct login *login)
{
	str_copy(login->client, sizeof login->client, login->thing);
}

void login_as_probe(struct login *login)
{
	str_format(login->client, sizeof login->client, "%s#probe", login->thing);
}
