/* SPDX-License-Identifier: Apache-2.0 */
/* nucleus_source.c - what a nucleus says counts where nobody else has said it */
#include "gr-config/nucleus_source.h"
#include "complain.h"
#include "config/greengrass/discovery.h"
#include "config/greengrass/nucleus.h"
#include "location.h"
#include "owner.h"
#include "pkcs11/uri.h"
#include "str.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* Which kinds of nucleus may be here: runtime can say so. */
static unsigned nucleus_kinds(const struct conf *conf)
{
	const char *runtime = conf->value[CONF_RUNTIME];

	for (enum nucleus_kind k = NUCLEUS_NONE; runtime && k <= NUCLEUS_LITE; k++)
		if (strcmp(runtime, nucleus_name(k)) == 0)
			return k;
	return NUCLEUS_ANY;
}

/*
 * What another user could have written must not make root open a file that this user could not
 * open himself, nor any as a PIN: there is nobody who would have to be able to read that one.
 */
static enum status check_foreign(const struct conf *conf, enum conf_key key,
				 const struct nucleus *nucleus, const char *value)
{
	const char *pin_source = conf->value[CONF_PKCS11_PIN_SOURCE];
	char path[PATH_MAX];
	struct uri uri;
	enum status st;

	if (uri_is(value)) {
		if ((st = uri_parse(&uri, value, conf_name(key))) != GR_OK)
			return st;
		if (!uri.pin_source[0] || (pin_source && strcmp(pin_source, uri.pin_source) == 0))
			return GR_OK;
		complain("%s: its pin-source %s is not opened: another user may write %s; set "
			 "pkcs11PinSource to it in gr.conf",
			 conf_name(key), uri.pin_source, nucleus->root);
		return GR_BAD;
	}
	if ((st = location_resolve(path, value, conf_name(key))) != GR_OK)
		return st;
	if (getuid() != 0 || access(path, F_OK) != 0 || owner_may_read(nucleus->writer, path))
		return GR_OK;
	complain("%s: %s: not opened: it is named in %s, by somebody who may not read it; let "
		 "that user read it, or set %s in gr.conf",
		 conf_name(key), path, nucleus->root, conf_name(key));
	return GR_BAD;
}

/* One that counts: nobody said anything else before. */
static enum status take_item(struct conf *conf, enum conf_key key, const struct nucleus *nucleus,
			     enum nucleus_item item)
{
	static const enum conf_key files[] = { CONF_PRIVATE_KEY_PATH, CONF_CERTIFICATE_FILE_PATH,
					       CONF_ROOT_CA_PATH };
	enum status st = GR_OK;

	for (size_t i = 0; i < sizeof files / sizeof files[0] && st == GR_OK; i++)
		if (key == files[i] && nucleus->foreign && !conf->value[key])
			st = check_foreign(conf, key, nucleus, nucleus->value[item]);
	return st == GR_OK ? conf_take(conf, key, nucleus->value[item], nucleus->source[item])
			   : st;
}

static enum status take_from(struct conf *conf, const struct nucleus *nucleus)
{
	static const enum conf_key keys[NUCLEUS_PIN] = {
		[NUCLEUS_THING_NAME] = CONF_THING_NAME,
		[NUCLEUS_PRIVATE_KEY_PATH] = CONF_PRIVATE_KEY_PATH,
		[NUCLEUS_CERTIFICATE_FILE_PATH] = CONF_CERTIFICATE_FILE_PATH,
		[NUCLEUS_ROOT_CA_PATH] = CONF_ROOT_CA_PATH,
		[NUCLEUS_IOT_DATA_ENDPOINT] = CONF_IOT_DATA_ENDPOINT,
		[NUCLEUS_IOT_DATA_PORT] = CONF_IOT_DATA_PORT,
		[NUCLEUS_PKCS11_MODULE] = CONF_PKCS11_MODULE,
		[NUCLEUS_PKCS11_SLOT] = CONF_PKCS11_SLOT,
	};
	enum status st = GR_OK;

	for (enum nucleus_item i = 0; i < NUCLEUS_PIN && st == GR_OK; i++)
		if (nucleus->value[i])
			st = take_item(conf, keys[i], nucleus, i);
	/* The PIN itself stays where it is, until a token asks for it. */
	if (st == GR_OK && nucleus->value[NUCLEUS_PIN])
		st = conf_take(conf, CONF_PKCS11_PIN_SOURCE, NUCLEUS_SOURCE_PIN,
			       nucleus->source[NUCLEUS_PIN]);
	if (st == GR_OK)
		st = conf_take(conf, CONF_RUNTIME, nucleus_name(nucleus->kind), nucleus->root);
	return st == GR_OK ? conf_take(conf, CONF_GREENGRASS_ROOT, nucleus->root, "found") : st;
}

enum status nucleus_source_take(struct conf *conf)
{
	struct nucleus nucleus;
	enum status st;

	st = discovery_nucleus(&nucleus, nucleus_kinds(conf), conf->value[CONF_GREENGRASS_ROOT]);
	if (st == GR_OK && nucleus.kind != NUCLEUS_NONE)
		st = take_from(conf, &nucleus);
	nucleus_release(&nucleus);
	return st;
}

enum status nucleus_source_pin(struct pin *pin, const struct conf *conf)
{
	const char *root = conf_text(conf, CONF_GREENGRASS_ROOT);
	struct nucleus nucleus;
	const char *text;
	enum status st;

	*pin = (struct pin){ .len = 0 };
	str_copy(pin->source, sizeof pin->source, NUCLEUS_SOURCE_PIN);
	st = discovery_nucleus(&nucleus, NUCLEUS_ANY, root[0] ? root : NULL);
	if (st == GR_OK) {
		text = nucleus.value[NUCLEUS_PIN];
		st = text ? pin_take_line(pin, text, strlen(text))
			  : pin_refuse(pin, "the nucleus's configuration holds none");
		str_format(pin->stamp, sizeof pin->stamp, "%" PRId64, nucleus.pin_stamp);
	}
	nucleus_release(&nucleus);
	return st;
}
