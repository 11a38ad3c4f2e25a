/* SPDX-License-Identifier: Apache-2.0 */
/*
 * configured_token.h - a token as the configuration of a device has it. On any status but GR_OK
 * one line has been written.
 */
#ifndef GR_TOKEN_CONFIGURED_TOKEN_H
#define GR_TOKEN_CONFIGURED_TOKEN_H

#include "config/conf.h"
#include "pkcs11/token.h"

/*
 * token_new and token_connect. uri says which token and how to get at it; what it leaves open the
 * configuration says (pkcs11Module, pkcs11Token, pkcs11Slot, pkcs11PinSource). self: NULL: who we
 * are now. Where somebody else could have written the URI (uri.h), a pin-source in it counts only
 * if the configuration names the same one. GR_BAD also: not configured.
 */
enum status configured_token_open(struct token **token, const struct uri *uri,
				  const struct conf *conf, const struct owner *self);
/* The PIN's source for uri, as pin.h has it. */
const char *configured_token_pin_source(const struct uri *uri, const struct conf *conf);

#endif
