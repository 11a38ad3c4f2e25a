/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - the commands of gr-ca; see its manual page. */
#ifndef GR_CA_COMMANDS_H
#define GR_CA_COMMANDS_H

#include <stdbool.h>

#include "issuer/issuer.h"
#include "pkcs11/uri.h"
#include "registry/home.h"

int command_init(int argc, char *argv[]);
int command_import(int argc, char *argv[]);
int command_list(int argc, char *argv[]);
int command_show(int argc, char *argv[]);
int command_mode(int argc, char *argv[]);
int command_issue_server(int argc, char *argv[]);
int command_crl(int argc, char *argv[]);

/*
 * The folder of the authorities, for one changer at a time: close *fd when done. make: makes it
 * where it is missing, which otherwise is GR_BAD. On any status but GR_OK one line has been
 * written.
 */
enum status requests_open(int *fd, struct home *home, const char *dir, bool make);
/* Is it a name for an authority? GR_BAD, one line: no. */
enum status office_check_name(const char *name);
/* The one called name, or, NULL, the one that issues now, and the digest it signs over. */
enum status office_authority(struct authority *a, const EVP_MD **digest, const char *dir,
			     const char *name);

/* A key in a token, for a command's table of options; hand what office_token takes to it. */
struct office_token {
	const char *key, *module, *pin_source;	/* key NULL: none was named */
};
enum { OPT_MODULE = 512, OPT_PIN_SOURCE };
#define TOKEN_OPTIONS                                                                             \
	{ 'k', "key", "URI", "its key is in a token: pkcs11:token=LABEL;object=LABEL" },          \
	    { OPT_MODULE, "module", "PATH",                                                       \
	      "the token's PKCS#11 module, unless the URI says module-path" },                    \
	{                                                                                         \
		OPT_PIN_SOURCE, "pin-source", "FILE",                                             \
		    "whose first line is the token's PIN, unless the URI says pin-source"         \
	}
/* False: ch is another option's. */
bool office_token_option(struct office_token *token, int ch, const char *value);
/* The whole URI. GR_BAD, one line: not such a URI, or something is missing. */
enum status office_token_uri(struct uri *uri, const struct office_token *token);

#endif
