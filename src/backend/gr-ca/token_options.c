/* SPDX-License-Identifier: Apache-2.0 */
/* token_options.c - command line options that name a private key in a PKCS#11 token */
#include "gr-ca/token_options.h"
#include "complain.h"
#include "str.h"

#include <string.h>

bool token_options_take(struct token_options *options, int ch, const char *value)
{
	const char **to = ch == 'k' ? &options->key
	    : ch == TOKEN_OPTION_MODULE	    ? &options->module
	    : ch == TOKEN_OPTION_PIN_SOURCE  ? &options->pin_source
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

enum status token_options_uri(struct uri *uri, const struct token_options *options)
{
	enum status st;

	if ((st = uri_parse(uri, options->key, "--key")) != GR_OK)
		return st;
	if (!uri->object[0] || (uri->type[0] && strcmp(uri->type, "private") != 0)) {
		complain("--key: %s: name a private key by its label, object=LABEL", options->key);
		return GR_BAD;
	}
	if (!uri->token[0] && !uri->serial[0] && !uri->has_slot) {
		complain("--key: %s: say which token, token=LABEL", options->key);
		return GR_BAD;
	}
	if ((st = take_path(uri->module, sizeof uri->module, options->module, "--module",
			    "module-path")) != GR_OK)
		return st;
	return take_path(uri->pin_source, sizeof uri->pin_source, options->pin_source,
			 "--pin-source", "pin-source");
}
