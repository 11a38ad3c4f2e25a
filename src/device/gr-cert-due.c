/* SPDX-License-Identifier: Apache-2.0 */
/* gr-cert-due: is this certificate due to be replaced? */
#include "arg.h"
#include "cert.h"
#include "clock.h"
#include "config/conf.h"
#include "config/gr_config.h"
#include "config/settings.h"
#include "out.h"
#include "rotation/due.h"
#include "secret.h"
#include "store/credential.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define NOT_GIVEN UINT32_MAX

enum { DAY = 86400 };

static const struct arg_option options[] = {
	{ 'm', "margin", "SECONDS", "due this long before it expires (default rotateBeforeDays)" },
	{ 'p', "percent", "PERCENT", "due at this share of its validity (default "
	  "rotateAtPercent)" },
	{ 'a', "age", "SECONDS", "due at this age (default rotateAfterDays)" },
	{ 'j', "jitter", "PERCENT",
	  "due earlier by up to this share of the age (default rotateJitterPercent)" },
	{ 'n', "now", "SECONDS", "time of the question, since 1970 (default: now)" },
	{ 'g', "generation", "N",
	  "the certificate of this generation (default: the live one)" },
	CONF_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-cert-due", "[options] [CERTIFICATE]",
	"Tell whether a certificate is due for rotation.", options
};

struct question {
	struct conf conf;
	uint32_t margin, percent, age, jitter, now, generation;
	const char *path;
};

static enum status read_option(struct question *q, int ch)
{
	switch (ch) {
	case 'm': return arg_range(&q->margin, "-m", optarg, 0, NOT_GIVEN - 1);
	case 'p': return arg_range(&q->percent, "-p", optarg, 0, 100);
	case 'a': return arg_range(&q->age, "-a", optarg, 0, NOT_GIVEN - 1);
	case 'j': return arg_range(&q->jitter, "-j", optarg, 0, 100);
	case 'n': return arg_range(&q->now, "-n", optarg, 0, NOT_GIVEN - 1);
	case 'g': return arg_u32(&q->generation, "-g", optarg);
	default: return conf_option(&q->conf, ch, optarg);
	}
}

static uint32_t given(uint32_t value, const struct conf *conf, enum conf_key key)
{
	return value != NOT_GIVEN ? value : conf_number(conf, key);
}

static int64_t given_days(uint32_t value, const struct conf *conf, enum conf_key key)
{
	return value != NOT_GIVEN ? value : (int64_t)conf_number(conf, key) * DAY;
}

static enum status read_certificate(struct cert *cert, const struct question *q)
{
	char key[PATH_MAX], path[PATH_MAX];
	enum status st = GR_OK;

	if (!q->path)
		st = store_pair_paths(key, path, &q->conf, q->generation);
	return st == GR_OK ? credential_certificate(cert, &q->conf, q->path ? q->path : path) : st;
}

/*
 * The thing tells one device from another; without a configuration the certificate itself has to.
 */
static enum status ask(const struct question *q)
{
	const struct due due = {
		.margin = given_days(q->margin, &q->conf, CONF_ROTATE_BEFORE),
		.age = given_days(q->age, &q->conf, CONF_ROTATE_AFTER),
		.percent = given(q->percent, &q->conf, CONF_ROTATE_PERCENT),
		.jitter = given(q->jitter, &q->conf, CONF_ROTATE_JITTER)
	};
	const char *thing = conf_text(&q->conf, CONF_THING_NAME);
	int64_t now = q->now != NOT_GIVEN ? q->now : clock_real_ms() / 1000, at;
	struct cert cert = { 0 };
	enum status st;

	if ((st = settings_due(&q->conf)) != GR_OK || (st = read_certificate(&cert, q)) != GR_OK)
		return st;
	if ((st = due_at(&at, &due, &cert, thing[0] ? thing : cert.id)) == GR_OK) {
		printf("dueAt=%" PRId64 "\nnotAfter=%" PRId64 "\n", at, cert.not_after);
		if ((st = out_close()) == GR_OK)
			st = now >= at ? GR_OK : GR_NO;
	}
	cert_release(&cert);
	return st;
}

int main(int argc, char *argv[])
{
	struct question q = { .margin = NOT_GIVEN,
			      .percent = NOT_GIVEN,
			      .age = NOT_GIVEN,
			      .jitter = NOT_GIVEN,
			      .now = NOT_GIVEN };
	enum status st = GR_OK;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = read_option(&q, ch);
	if (st == GR_OK && argc - optind > 1)
		arg_usage(&spec);
	q.path = argv[optind];
	if (st == GR_OK && (st = gr_config_load(&q.conf)) == GR_OK)
		st = ask(&q);
	conf_release(&q.conf);
	return st;
}
