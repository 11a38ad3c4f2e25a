/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca import */
#include "arg.h"
#include "clock.h"
#include "gr-ca/ca_directory.h"
#include "gr-ca/commands.h"
#include "gr-ca/token_options.h"
#include "gr-ca/unfinished.h"
#include "issuer/new_authority.h"
#include "issuer/trust_store.h"

#include <unistd.h>

static const struct arg_option options[] = { HOME_OPTION, TOKEN_OPTIONS, { 0 } };
static const struct arg_spec spec = { "gr-ca import",
				      "[-H DIR] {AUTHORITY KEY-FILE | -k URI [--module PATH] "
				      "[--pin-source FILE] AUTHORITY} CERTIFICATE-FILE",
				      "Add an existing authority: its key, and its certificate "
				      "followed by all above it up to a self-signed one (PEM).",
				      options };

static enum status import(const char *dir, const char *name,
			  const struct new_authority_source *source)
{
	struct authority a = { 0 };
	struct home home;
	enum status st;
	int fd;

	if ((st = ca_directory_lock(&fd, &home, dir, true)) != GR_OK)
		return st;
	st = new_authority_import(&a, home.ca, name, source, clock_real_ms() / 1000);
	if (st == GR_OK)
		st = trust_store_add(home.trusted, &a);
	if (st == GR_OK)
		st = unfinished_clear(fd, home.ca, name);
	authority_release(&a);
	close(fd);
	return st;
}

int command_import(int argc, char *argv[])
{
	struct token_options token = { .key = NULL };
	struct new_authority_source source = { .uri = NULL };
	const char *dir = NULL;
	struct uri uri;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (!token_options_take(&token, ch, optarg))
			dir = optarg;
	if (argc - optind != (token.key ? 2 : 3) ||
	    (!token.key && (token.module || token.pin_source)))
		arg_usage(&spec);
	if ((st = ca_directory_check_name(argv[optind])) != GR_OK ||
	    (token.key && (st = token_options_uri(&uri, &token)) != GR_OK))
		return st;
	source.uri = &uri;
	source.key_path = token.key ? NULL : argv[optind + 1];
	source.cert_path = argv[argc - 1];
	return import(dir, argv[optind], &source);
}
