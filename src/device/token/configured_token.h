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
 * Connects to a token; token_close it. uri says which token and how to reach it; what uri does not
 * say comes from the configuration (pkcs11Module, pkcs11Token, pkcs11Slot, pkcs11PinSource). self
 * is the user who speaks to it; NULL: the user we are now. Where another user could have written
 * the URI (uri.h), a pin-source in it counts only if the configuration names the same one. GR_BAD,
 * GR_FAIL: as token_connect; GR_BAD also: not configured.
 */
enum status configured_token_open(struct token **token, const struct uri *uri,
				  const struct conf *conf, const struct owner *self);
/* Gives the source of the PIN for uri, in the form that pin.h describes. */
const char *configured_token_pin_source(const struct uri *uri, const struct conf *conf);

#endif
