/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca crl */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "gr-ca/ca_directory.h"
#include "gr-ca/commands.h"
#include "issuer/issuing_profile.h"
#include "issuer/signer.h"
#include "out.h"
#include "registry/home.h"
#include "registry/registry.h"
#include "registry/revocation.h"

#include <getopt.h>
#include <openssl/pem.h>
#include <stdio.h>

enum { DAYS_DEFAULT = 7, DAYS_MAX = 3650, DAY_MS = 86400000 };

static const struct arg_option options[] = {
	HOME_OPTION, { 'd', "days", "N", "days until the next CRL is due (default 7)" }, { 0 }
};
static const struct arg_spec spec = {
	"gr-ca crl", "[-H DIR] [-d N] [AUTHORITY]",
	"Print the CRL (PEM) of an authority (default: the one that issues now), with its "
	"revoked certificates until they expire.",
	options
};

static enum status add(void *obj, const struct revocation *r)
{
	return signer_crl_add(obj, r->serial, r->revoked / 1000, r->reason);
}

/* The number is taken for good before anybody can see the list that bears it. */
static enum status take_number(int64_t *number, struct db *db, const char *authority, int64_t now)
{
	enum status st;

	if ((st = db_begin(db)) != GR_OK)
		return st;
	if ((st = revocation_crl_number(number, db, authority, now)) == GR_OK)
		return db_commit(db);
	db_rollback(db);
	return st;
}

static enum status make(X509_CRL **crl, struct signer *signer, struct db *db,
			const char *authority, int64_t days)
{
	int64_t now = clock_real_ms(), period = days * DAY_MS, number;
	enum status st;

	st = take_number(&number, db, authority, now);
	if (st == GR_OK)
		st = signer_crl_begin(signer, authority, number, now / 1000,
				      (now + period) / 1000);
	/* An entry must be in one CRL after its certificate has expired (RFC 5280, 3.3). */
	if (st == GR_OK)
		st = revocation_each(db, authority, now - period, add, signer);
	return st == GR_OK ? signer_crl_sign(crl, signer) : st;
}

static enum status print(const struct home *home, const char *authority, int64_t days)
{
	struct signer signer = { 0 };
	X509_CRL *crl = NULL;
	struct db *db = NULL;
	enum status st;

	st = registry_open(&db, home->registry, DB_OPEN);
	if (st == GR_OK)
		st = signer_open(&signer, home);
	if (st == GR_OK)
		st = make(&crl, &signer, db, authority, days);
	if (st == GR_OK && PEM_write_X509_CRL(stdout, crl) != 1) {
		complain("the CRL cannot be printed: %s", complain_openssl());
		st = GR_FAIL;
	}
	X509_CRL_free(crl);
	signer_close(&signer);
	db_close(db);
	return st;
}

int command_crl(int argc, char *argv[])
{
	const char *dir = NULL, *name = NULL;
	uint32_t days = DAYS_DEFAULT;
	struct issuing_profile profile;
	struct home home;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'd')
			st = arg_range(&days, "--days", optarg, 1, DAYS_MAX);
		else
			dir = optarg;
	if (st != GR_OK)
		return st;
	if (argc - optind > 1)
		arg_usage(&spec);
	if (argc > optind)
		name = argv[optind];
	if (name && (st = ca_directory_check_name(name)) != GR_OK)
		return st;
	if ((st = home_find(&home, dir)) != GR_OK)
		return st;
	if ((st = home_enter(&home)) != GR_OK)
		return st;
	if (!name && (st = issuing_profile_need(&profile, home.ca)) != GR_OK)
		return st;
	st = print(&home, name ? name : profile.authority, days);
	return st == GR_OK ? out_close() : st;
}
