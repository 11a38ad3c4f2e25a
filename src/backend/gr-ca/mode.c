/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca mode */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "gr-ca/ca_directory.h"
#include "gr-ca/commands.h"
#include "gr-ca/broker_probe.h"
#include "issuer/issuing_profile.h"
#include "issuer/trust_store.h"
#include "out.h"
#include "str.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	HOME_OPTION,
	{ 's', "signing-algorithm", "NAME",
	  "private: SHA256WITHRSA (at first), SHA384WITHRSA, SHA512WITHRSA, or the same "
	  "WITHECDSA" },
	{ 'd', "days", "N", "private: how long a certificate is valid (at first 7)" },
	{ 'b', "broker", "HOST:PORT",
	  "the broker, to check that it trusts the authority before that issues" },
	{ 'r', "root-ca", "FILE",
	  "CA certificates to verify the broker's own certificate with, besides these "
	  "authorities" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-ca mode",
	"[-H DIR] [-s NAME] [-d N] [-b HOST:PORT] [-r FILE] [iot|private [AUTHORITY]]",
	"Show or change the issuing profile and the authority that issues. What is not given "
	"stays as it is. A change applies from the next certificate on.",
	options
};

static enum status print(const struct issuing_profile *profile)
{
	printf("mode=%s\nauthority=%s\n", issuing_profile_name(profile), profile->authority);
	if (profile->private)
		printf("signingAlgorithm=%s\nvalidityDays=%u\n", profile->alg->name,
		       (unsigned)profile->days);
	return out_close();
}

/*
 * Devices must never get a certificate that the broker does not take. The very first authority has
 * no devices yet.
 */
static enum status prove(const struct broker_probe *probe, const struct authority *a,
			 const struct issuing_profile *profile)
{
	if (probe->broker)
		return broker_probe(probe, a, profile->alg->digest());
	complain("authority %s: the broker must take it before it issues; say with -b HOST:PORT "
		 "where the broker is",
		 a->name);
	return GR_BAD;
}

/*
 * What was not asked for stays as it is. found GR_NO: there is no profile yet. GR_BAD: -s and -d
 * alone are for a profile that is private already.
 */
static enum status keep_the_rest(struct issuing_profile *wanted, bool keep_mode,
				 const struct issuing_profile *now, enum status found)
{
	bool was_private = found == GR_OK && now->private;

	if (keep_mode && !was_private) {
		complain("mode is iot, where algorithm and days are fixed: "
			 "gr-ca mode ... private");
		return GR_BAD;
	}
	wanted->private = wanted->private || keep_mode;
	if (wanted->authority[0] == '\0')
		str_copy(wanted->authority, sizeof wanted->authority, now->authority);
	if (wanted->days == 0)
		wanted->days = was_private ? now->days : ISSUING_PROFILE_DAYS_DEFAULT;
	/* The algorithm goes with the authority's key. */
	if (!wanted->alg && wanted->private && was_private &&
	    strcmp(now->authority, wanted->authority) == 0)
		wanted->alg = now->alg;
	return GR_OK;
}

static enum status change(const struct home *home, struct issuing_profile *wanted,
			  bool keep_mode, struct broker_probe *probe)
{
	struct authority a;
	struct issuing_profile now = { 0 };
	enum status found = wanted->authority[0] ? issuing_profile_read(&now, home->ca)
						 : issuing_profile_need(&now, home->ca),
		    st;

	if (found != GR_OK && found != GR_NO)
		return found;
	if ((st = keep_the_rest(wanted, keep_mode, &now, found)) != GR_OK)
		return st;
	if ((st = authority_open(&a, home->ca, wanted->authority)) != GR_OK)
		return st;
	if (a.end <= clock_real_ms() / 1000) {
		complain("authority %s: has expired", a.name);
		st = GR_BAD;
	} else if ((st = issuing_profile_settle(wanted, &a)) == GR_OK &&
		   (st = trust_store_add(home->trusted, &a)) == GR_OK && found == GR_OK &&
		   strcmp(now.authority, wanted->authority) != 0)
		st = prove(probe, &a, wanted);
	if (st == GR_OK)
		st = issuing_profile_write(wanted, home->ca);
	authority_release(&a);
	return st;
}

static enum status change_alone(const char *dir, struct issuing_profile *wanted,
				bool keep_mode, struct broker_probe *probe)
{
	struct home home;
	enum status st;
	int fd;

	if ((st = ca_directory_lock(&fd, &home, dir, false)) != GR_OK)
		return st;
	probe->dir = home.trusted;
	st = change(&home, wanted, keep_mode, probe);
	close(fd);
	return st == GR_OK ? print(wanted) : st;
}

static enum status say(const char *dir)
{
	struct issuing_profile profile;
	struct home home;
	enum status st;

	if ((st = home_find(&home, dir)) == GR_OK &&
	    (st = issuing_profile_need(&profile, home.ca)) == GR_OK)
		st = print(&profile);
	return st;
}

/* The operands: iot or private, and an authority. */
static enum status read_operands(struct issuing_profile *wanted, char *operands[], int count)
{
	enum status st;

	wanted->private = strcmp(operands[0], "private") == 0;
	if (!wanted->private && strcmp(operands[0], "iot") != 0) {
		complain("%s: not a mode; iot or private", operands[0]);
		return GR_BAD;
	}
	if (count > 1 && (st = ca_directory_check_name(operands[1])) != GR_OK)
		return st;
	if (count > 1)
		str_copy(wanted->authority, sizeof wanted->authority, operands[1]);
	return GR_OK;
}

int command_mode(int argc, char *argv[])
{
	struct issuing_profile wanted = { 0 };
	struct broker_probe probe = { 0 };
	const char *dir = NULL;
	bool choosy = false;	/* said something of private mode */
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'H': dir = optarg; break;
		case 'b': probe.broker = optarg; break;
		case 'r': probe.file = optarg; break;
		case 's': choosy = true; st = issuing_profile_alg_find(&wanted.alg, optarg); break;
		case 'd':
			choosy = true;
			st = arg_range(&wanted.days, "--days", optarg, 1,
				       ISSUING_PROFILE_DAYS_MAX);
			break;
		}
	if (st != GR_OK)
		return st;
	if (argc - optind > 2 || (argc == optind && !choosy && (probe.broker || probe.file)))
		arg_usage(&spec);
	if (argc == optind)
		return choosy ? change_alone(dir, &wanted, true, &probe) : say(dir);
	if ((st = read_operands(&wanted, argv + optind, argc - optind)) != GR_OK)
		return st;
	if (choosy && !wanted.private)
		arg_usage(&spec);
	return change_alone(dir, &wanted, false, &probe);
}
