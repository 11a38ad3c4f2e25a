/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca show */
#include "arg.h"
#include "chain.h"
#include "gr-ca/ca_directory.h"
#include "gr-ca/commands.h"
#include "issuer/issuing_profile.h"
#include "out.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const struct arg_option options[] = { HOME_OPTION,
					     { 'a', "all", NULL, "all authorities" },
					     { 0 } };
static const struct arg_spec spec = { "gr-ca show", "[-H DIR] [-a | AUTHORITY...]",
				      "Print the certificates of authorities with the chain "
				      "above each (PEM); without a name, of the one that issues "
				      "now.",
				      options };

static enum status show(const char *dir, const char *name)
{
	STACK_OF(X509) *chain;
	char *pem;
	enum status st = authority_certificates(&chain, dir, name);

	if (st != GR_OK)
		return st;
	if ((st = chain_pem(&pem, chain, sk_X509_num(chain))) == GR_OK) {
		fputs(pem, stdout);
		free(pem);
	}
	chain_free(chain);
	return st;
}

static enum status show_all(const char *dir)
{
	struct authority_list list;
	enum status st = authority_list(&list, dir);

	for (size_t i = 0; i < list.count && st == GR_OK; i++)
		st = show(dir, list.name[i]);
	return st;
}

/* The certificate is no secret: the key is not needed, and not looked at. */
static enum status show_issuing(const char *dir)
{
	struct issuing_profile profile;
	enum status st = issuing_profile_need(&profile, dir);

	return st == GR_OK ? show(dir, profile.authority) : st;
}

int command_show(int argc, char *argv[])
{
	const char *dir = NULL;
	struct home home;
	bool all = false;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'a')
			all = true;
		else
			dir = optarg;
	if (all && argc > optind)
		arg_usage(&spec);
	if ((st = home_find(&home, dir)) != GR_OK)
		return st;
	if (all)
		st = show_all(home.ca);
	else if (argc == optind)
		st = show_issuing(home.ca);
	for (int i = optind; i < argc && st == GR_OK; i++)
		if ((st = ca_directory_check_name(argv[i])) == GR_OK)
			st = show(home.ca, argv[i]);
	return st == GR_OK ? out_close() : st;
}
