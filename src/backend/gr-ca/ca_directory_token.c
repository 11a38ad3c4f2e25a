/* SPDX-License-Identifier: Apache-2.0 */
/* ca_directory_token.c - options that say which key in which token */
#include "complain.h"
#include "gr-ca/commands.h"
#include "str.h"

#include <string.h>

bool office_token_option(struct office_token *token, int ch, const char *value)
{
	const char **to = ch == 'k' ? &token->key
	    : ch == OPT_MODULE	    ? &token->module
	    : ch == OPT_PIN_SOURCE  ? &token->pin_source
				    : NULL;

	if (to)
		*to = value;
	return to;
}

/* What a daemon is to find again must not depend on where it was started. */
static enum status take_path(char *to, size_t size, const char *value, const char *option,
			     const char *attribute)
{
	const char *why = NULL;

	if (value && to[0])
		why = "the URI says it already";
	else if (value && !str_copy(to, size, value))
		why = "too long";
	else if (to[0] == '\0')
		why = "missing; it is needed with --key";
	else if (to[0] != '/')
		why = "not an absolute path";
	if (!why)
		return GR_OK;
	complain("%s (%s): %s%s%s", option, attribute, value ? value : to,
		 value || to[0] ? ": " : "", why);
	return GR_BAD;
}

enum status office_token_uri(struct uri *uri, const struct office_token *token)
{
	enum status st;

	if ((st = uri_parse(uri, token->key, "--key")) != GR_OK)
		return st;
	if (!uri->object[0] || (uri->type[0] && strcmp(uri->type, "private") != 0)) {
		complain("--key: %s: name a private key by its label, object=LABEL", token->key);
		return GR_BAD;
	}
	if (!uri->token[0] && !uri->serial[0] && !uri->has_slot) {
		complain("--key: %s: say which token, token=LABEL", token->key);
		return GR_BAD;
	}
	if ((st = take_path(uri->module, sizeof uri->module, token->module, "--module",
			    "module-path")) != GR_OK)
		return st;
	return take_path(uri->pin_source, sizeof uri->pin_source, token->pin_source,
			 "--pin-source", "pin-source");
}
