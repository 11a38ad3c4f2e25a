/* login.c - what a session is opened with */
#include "login.h"
#include "cert.h"
#include "complain.h"
#include "store.h"
#include "str.h"

#include <string.h>

static enum status load_target(struct login *login, const struct conf *conf)
{
	static const enum conf_key needed[] = { CONF_THING_NAME, CONF_IOT_DATA_ENDPOINT, CONF_ROOT_CA_PATH };
	uint32_t port = conf_number(conf, CONF_IOT_DATA_PORT);
	const char *thing;
	enum status st;

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if ((st = conf_need(conf, needed[i])) != GR_OK)
			return st;
	thing = conf_text(conf, CONF_THING_NAME);
	if (!str_is_thing(thing) || !str_copy(login->thing, sizeof login->thing, thing)) {
		complain("thingName: %s: not a name of a thing", thing);
		return GR_BAD;
	}
	if (port < 1 || port > 65535) {
		complain("iotDataPort: %s: not a port", conf_text(conf, CONF_IOT_DATA_PORT));
		return GR_BAD;
	}
	str_format(login->client, sizeof login->client, "%s%s", thing, strcmp(conf_text(conf, CONF_RUNTIME), "none") == 0 ? "" : "#gr");
	login->setup = (struct tls_setup){
		.key = login->key, .certificate = login->certificate, .ca = conf_text(conf, CONF_ROOT_CA_PATH),
		.host = conf_text(conf, CONF_IOT_DATA_ENDPOINT), .port = (uint16_t)port
	};
	return GR_OK;
}

static enum status load_id(struct login *login)
{
	struct cert cert = { 0 };
	enum status st = cert_read(&cert, login->certificate);

	if (st == GR_NO)
		complain("%s: no such file", login->certificate);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
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

enum status login_load_files(struct login *login, const struct conf *conf, const char *key, const char *certificate)
{
	enum status st;

	if ((st = load_target(login, conf)) != GR_OK)
		return st;
	if (!str_copy(login->key, sizeof login->key, key) || !str_copy(login->certificate, sizeof login->certificate, certificate)) {
		complain("%.200s...: the path is too long", key);
		return GR_BAD;
	}
	return load_id(login);
}

void login_as_probe(struct login *login)
{
	str_format(login->client, sizeof login->client, "%s#probe", login->thing);
}
