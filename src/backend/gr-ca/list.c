/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca list */
#include "arg.h"
#include "base/utc.h"
#include "chain.h"
#include "gr-ca/commands.h"
#include "issuer/authority.h"
#include "issuer/issuing_profile.h"
#include "out.h"
#include "registry/certificate_count.h"
#include "registry/command.h"
#include "registry/home.h"
#include "registry/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct arg_option options[] = { HOME_OPTION, { 0 } };
static const struct arg_spec spec = { "gr-ca list", "[-H DIR]",
				      "List authorities: name, issuing profile if it issues now, "
				      "key, notAfter, ACTIVE certificates of devices, subject.",
				      options };

struct listing {
	struct home home;
	struct db *db;		/* NULL: there is no registry yet */
	struct issuing_profile profile;
};

static enum status print(struct listing *l, const char *name, const struct cert *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert->x509);
	const char *family = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? "RSA-" : "ECDSA-P";
	int64_t active = 0;
	char end[32];
	enum status st = GR_OK;

	if (l->db)
		st = certificate_count_active(&active, l->db, name);
	if (st != GR_OK)
		return st;
	utc_format(end, cert->not_after * 1000);
	printf("%s\t%s\t%s%d\t%s\t%" PRId64 "\t", name,
	       strcmp(name, l->profile.authority) == 0 ? issuing_profile_name(&l->profile) : "-",
	       family, EVP_PKEY_get_bits(key), end, active);
	X509_NAME_print_ex_fp(stdout, X509_get_subject_name(cert->x509), 0, XN_FLAG_RFC2253);
	putchar('\n');
	return GR_OK;
}

static enum status list(struct listing *l)
{
	struct authority_list all;
	enum status st = issuing_profile_read(&l->profile, l->home.ca);

	if (st == GR_NO)
		l->profile.authority[0] = '\0';
	if ((st != GR_OK && st != GR_NO) || (st = authority_list(&all, l->home.ca)) != GR_OK)
		return st;
	for (size_t i = 0; i < all.count && st == GR_OK; i++) {
		STACK_OF(X509) *chain;
		struct cert cert;

		if ((st = authority_certificates(&chain, l->home.ca, all.name[i])) != GR_OK)
			return st;
		if ((st = cert_from_x509(&cert, sk_X509_shift(chain), all.name[i])) == GR_OK) {
			st = print(l, all.name[i], &cert);
			cert_release(&cert);
		}
		chain_free(chain);
	}
	return st;
}

int command_list(int argc, char *argv[])
{
	const char *dir = NULL;
	struct listing l = { 0 };
	struct stat own;
	enum status st;

	arg_restart();
	while (arg_next(&spec, argc, argv) != -1)
		dir = optarg;
	if (argc != optind)
		arg_usage(&spec);
	if ((st = home_find(&l.home, dir)) == GR_OK &&
	    (stat(l.home.registry, &own) != 0 ||
	     (st = registry_open(&l.db, l.home.registry, DB_OPEN)) == GR_OK))
		st = list(&l);
	db_close(l.db);
	return st == GR_OK ? out_close() : st;
}
