/* conf_nucleus.c - conf.h: what a Greengrass nucleus knows, where nobody else said it */
#include "conf.h"
#include "nucleus.h"

#include <string.h>

static bool is_identified(const struct conf *conf)
{
	return conf->value[CONF_THING_NAME] && conf->value[CONF_PRIVATE_KEY_PATH] && conf->value[CONF_CERTIFICATE_FILE_PATH] &&
	       conf->value[CONF_ROOT_CA_PATH] && conf->value[CONF_IOT_DATA_ENDPOINT];
}

/* Which kinds of nucleus may be here: runtime can say so. */
static unsigned nucleus_kinds(const struct conf *conf)
{
	const char *runtime = conf->value[CONF_RUNTIME];

	for (enum nucleus_kind k = NUCLEUS_NONE; runtime && k <= NUCLEUS_LITE; k++)
		if (strcmp(runtime, nucleus_name(k)) == 0)
			return k;
	return NUCLEUS_ANY;
}

static enum status take_from(struct conf *conf, const struct nucleus *nucleus)
{
	static const enum conf_key keys[NUCLEUS_PIN] = {
		[NUCLEUS_THING_NAME]            = CONF_THING_NAME,
		[NUCLEUS_PRIVATE_KEY_PATH]      = CONF_PRIVATE_KEY_PATH,
		[NUCLEUS_CERTIFICATE_FILE_PATH] = CONF_CERTIFICATE_FILE_PATH,
		[NUCLEUS_ROOT_CA_PATH]          = CONF_ROOT_CA_PATH,
		[NUCLEUS_IOT_DATA_ENDPOINT]     = CONF_IOT_DATA_ENDPOINT,
		[NUCLEUS_IOT_DATA_PORT]         = CONF_IOT_DATA_PORT,
		[NUCLEUS_PKCS11_MODULE]         = CONF_PKCS11_MODULE,
		[NUCLEUS_PKCS11_SLOT]           = CONF_PKCS11_SLOT,
	};
	enum status st = GR_OK;

	for (enum nucleus_item i = 0; i < NUCLEUS_PIN && st == GR_OK; i++)
		if (nucleus->value[i])
			st = conf_take(conf, keys[i], nucleus->value[i], nucleus->source[i]);
	/* The PIN itself stays where it is, until a token asks for it (pin.h). */
	if (st == GR_OK && nucleus->value[NUCLEUS_PIN])
		st = conf_take(conf, CONF_PKCS11_PIN_SOURCE, "greengrass", nucleus->source[NUCLEUS_PIN]);
	if (st == GR_OK)
		st = conf_take(conf, CONF_RUNTIME, nucleus_name(nucleus->kind), nucleus->root);
	return st == GR_OK ? conf_take(conf, CONF_GREENGRASS_ROOT, nucleus->root, "found") : st;
}

enum status conf_take_nucleus(struct conf *conf)
{
	unsigned kinds = nucleus_kinds(conf);
	struct nucleus nucleus;
	enum status st;

	if (is_identified(conf) || kinds == NUCLEUS_NONE)
		return GR_OK;
	st = nucleus_find(&nucleus, kinds, conf->value[CONF_GREENGRASS_ROOT]);
	if (st == GR_OK && nucleus.kind != NUCLEUS_NONE)
		st = take_from(conf, &nucleus);
	nucleus_release(&nucleus);
	return st;
}
