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
	  "private: SHA256WITHRSA (default), SHA384WITHRSA, SHA512WITHRSA, or the same "
	  "WITHECDSA" },
	{ 'd', "days", "N", "private: how long a certificate is valid (default 7)" },
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
	"Show or change the issuing profile and the authority that issues. A change applies from "
	"the next certificate on.",
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

static enum status change(const struct home *home, struct issuing_profile *wanted,
			  struct broker_probe *probe)
{
	struct authority a;
	struct issuing_profile now;
	enum status found = wanted->authority[0] ? issuing_profile_read(&now, home->ca)
						 : issuing_profile_need(&now, home->ca),
		    st;

	if (found != GR_OK && found != GR_NO)
		return found;
	if (wanted->authority[0] == '\0')
		str_copy(wanted->authority, sizeof wanted->authority, now.authority);
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
				struct broker_probe *probe)
{
	struct home home;
	enum status st;
	int fd;

	if ((st = ca_directory_lock(&fd, &home, dir, false)) != GR_OK)
		return st;
	probe->dir = home.trusted;
	st = change(&home, wanted, probe);
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
	struct issuing_profile wanted = { .days = ISSUING_PROFILE_DAYS_DEFAULT };
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
	if (argc - optind > 2 || (argc == optind && (choosy || probe.broker || probe.file)))
		arg_usage(&spec);
	if (argc == optind)
		return say(dir);
	if ((st = read_operands(&wanted, argv + optind, argc - optind)) != GR_OK)
		return st;
	if (choosy && !wanted.private)
		arg_usage(&spec);
	return change_alone(dir, &wanted, &probe);
}
