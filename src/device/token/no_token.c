/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_token.c - configured_token.h in a build without PKCS#11 (WITH_PKCS11=0): uri_parse has
 * refused every URI before one comes here
 */
#include "token/configured_token.h"

enum status configured_token_open(struct token **token, const struct uri *uri,
				  const struct conf *conf, const struct owner *self)
{
	(void)uri;
	(void)conf;
	(void)self;
	return token_new(token, NULL);	/* says why there is none */
}

const char *configured_token_pin_source(const struct uri *uri, const struct conf *conf)
{
	(void)uri;
	return conf_text(conf, CONF_PKCS11_PIN_SOURCE);
}
