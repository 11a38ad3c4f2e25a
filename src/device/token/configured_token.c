/* SPDX-License-Identifier: Apache-2.0 */
/* configured_token.c - token.h: a token as the configuration of a device has it */
#include "token/configured_token.h"
#include "complain.h"
#include "config/settings.h"
#include "str.h"
#include "token/device_pin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *configured_token_pin_source(const struct uri *uri, const struct conf *conf)
{
	return uri->pin_source[0] ? uri->pin_source : conf_text(conf, CONF_PKCS11_PIN_SOURCE);
}

/* The configuration names that source too: as such, or in a URI that stands there. */
static bool is_configured_source(const char *source, const struct conf *conf)
{
	static const enum conf_key keys[] = { CONF_PRIVATE_KEY_PATH, CONF_CERTIFICATE_FILE_PATH,
					      CONF_NEXT_KEY };
	struct uri uri;

	if (strcmp(source, conf_text(conf, CONF_PKCS11_PIN_SOURCE)) == 0)
		return true;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *text = conf_text(conf, keys[i]);

		if (uri_is(text) && uri_parse(&uri, text, conf_name(keys[i])) == GR_OK &&
		    strcmp(source, uri.pin_source) == 0)
			return true;
	}
	return false;
}

static enum status check_source(const struct uri *uri, const struct conf *conf)
{
	if (!uri->foreign || !uri->pin_source[0] || is_configured_source(uri->pin_source, conf))
		return GR_OK;
	complain(
	    "pin-source: %s: not opened: another user could have written the URI that names it;"
	    " set pkcs11PinSource to it in gr.conf",
	    uri->pin_source);
	return GR_BAD;
}

/*
 * Takes from the configuration what the URI leaves open. A slot number counts only where no name
 * says which token it is.
 */
static enum status fill(struct uri *to, const struct uri *uri, const struct conf *conf)
{
	const char *slot = conf_text(conf, CONF_PKCS11_SLOT);
	enum status st;

	st = settings_token(conf);
	if (st != GR_OK)
		return st;
	st = check_source(uri, conf);
	if (st != GR_OK)
		return st;
	*to = *uri;
	if (!to->module[0]) {
		st = conf_need(conf, CONF_PKCS11_MODULE);
		if (st != GR_OK)
			return st;
		str_copy(to->module, sizeof to->module, conf_text(conf, CONF_PKCS11_MODULE));
	}
	str_copy(to->pin_source, sizeof to->pin_source, configured_token_pin_source(uri, conf));
	if (to->token[0] || to->serial[0] || to->has_slot)
		return GR_OK;
	str_copy(to->token, sizeof to->token, conf_text(conf, CONF_PKCS11_TOKEN));
	if (to->token[0] || slot[0] == '\0')
		return GR_OK;
	to->slot = strtoul(slot, NULL, 10);
	to->has_slot = true;
	return GR_OK;
}

enum status configured_token_open(struct token **token, const struct uri *uri,
				  const struct conf *conf, const struct owner *self)
{
	struct token_setup setup = {
		.environment = conf_text(conf, CONF_PKCS11_ENVIRONMENT),
		.self = self ? *self : (struct owner){ geteuid(), getegid() },
		.patience = 2 * conf_number(conf, CONF_REQUEST_TIMEOUT),
		.read_pin = device_pin_read, .context = conf
	};
	struct token *t;
	enum status st;

	str_copy(setup.state, sizeof setup.state, conf->state);	/* fits: conf_load */
	st = fill(&setup.uri, uri, conf);
	if (st != GR_OK)
		return st;
	st = token_new(&t, &setup);
	if (st != GR_OK)
		return st;
	st = token_connect(t);
	if (st == GR_OK)
		*token = t;
	else
		token_close(t);
	return st;
}
