/* SPDX-License-Identifier: Apache-2.0 */
/* token_options.h - command line options that name a private key in a PKCS#11 token. */
#ifndef GR_CA_TOKEN_OPTIONS_H
#define GR_CA_TOKEN_OPTIONS_H

#include <stdbool.h>

#include "pkcs11/uri.h"
#include "status.h"

struct token_options {
	const char *key, *module, *pin_source;	/* NULL: not given */
};
enum { TOKEN_OPTION_MODULE = 512, TOKEN_OPTION_PIN_SOURCE };
/* For a command's table of options; it gives each of these to token_options_take. */
#define TOKEN_OPTIONS \
	{ 'k', "key", "URI", "its key is in a token: pkcs11:token=LABEL;object=LABEL" }, \
	    { TOKEN_OPTION_MODULE, "module", "PATH", \
	      "the token's PKCS#11 module, unless the URI says module-path" }, \
	{ \
		TOKEN_OPTION_PIN_SOURCE, "pin-source", "FILE", \
		    "file with the token's PIN in its first line, unless the URI says pin-source" \
	}
/* Notes the value of option ch. False: ch is none of these options. */
bool token_options_take(struct token_options *options, int ch, const char *value);
/* Makes one URI of the options. GR_BAD, one line: it is no such URI, or something is missing. */
enum status token_options_uri(struct uri *uri, const struct token_options *options);

#endif
