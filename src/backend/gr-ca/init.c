/* SPDX-License-Identifier: Apache-2.0 */
/* gr-ca init */
#include "arg.h"
#include "clock.h"
#include "complain.h"
#include "gr-ca/ca_directory.h"
#include "gr-ca/commands.h"
#include "gr-ca/token_options.h"
#include "gr-ca/unfinished.h"
#include "issuer/issuing_profile.h"
#include "issuer/ledger_time.h"
#include "issuer/new_authority.h"
#include "issuer/trust_store.h"
#include "str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ub-common-name: RFC 5280, appendix A.1 */
enum { NAME_CHARACTERS = 64, OPT_AWS = 256, OPT_EXISTING };

static const struct arg_option options[] = {
	HOME_OPTION,
	{ 'n', "name", "CN", "common name of the authority (default gr CA)" },
	{ OPT_AWS, "aws-name", NULL, "use the name of AWS IoT's own authority instead" },
	{ 'a', "algorithm", "ALGORITHM",
	  "its key: RSA-2048 (default), RSA-3072, ECDSA-P256, ECDSA-P384, ECDSA-P521" },
	TOKEN_OPTIONS,
	{ OPT_EXISTING, "existing", NULL,
	  "use a key that is in the token already (default: make a new one there)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-ca init",
	"[-H DIR] [-n CN | --aws-name] [-a ALGORITHM] [-k URI [--module PATH] [--pin-source FILE] "
	"[--existing]] [AUTHORITY]",
	"Make a certificate authority (default name: ca) in DIR/ca/AUTHORITY.key and .pem.",
	options
};

static enum status check_common_name(const char *name)
{
	size_t n = 0;

	for (const char *c = name; *c; c++)
		/* characters, not bytes of UTF-8 */
		n += ((unsigned char)*c & 0xc0) != 0x80;
	if (n >= 1 && n <= NAME_CHARACTERS)
		return GR_OK;
	complain("--name: %s: not 1 to %d characters", name, NAME_CHARACTERS);
	return GR_BAD;
}

/* The first one begins to issue at once: as AWS IoT does if its key allows that. */
static enum status begin(const char *dir, const struct authority *a)
{
	struct issuing_profile profile;
	enum status st = issuing_profile_read(&profile, dir);

	if (st != GR_NO)
		return st;
	profile = (struct issuing_profile){ .private = EVP_PKEY_get_base_id(a->key) !=
						EVP_PKEY_RSA,
					    .days = ISSUING_PROFILE_DAYS_DEFAULT };
	str_copy(profile.authority, sizeof profile.authority, a->name);
	return (st = issuing_profile_settle(&profile, a)) == GR_OK
	    ? issuing_profile_write(&profile, dir)
	    : st;
}

/* Where the one that issues is half there, somebody lost the rest: its key stays. */
static enum status drop_key(const char *path, const char *dir, const char *name)
{
	struct issuing_profile profile;
	enum status st = issuing_profile_read(&profile, dir);

	if (st == GR_OK && strcmp(profile.authority, name) == 0)
		return GR_OK;
	if (st == GR_BAD || st == GR_FAIL)
		return st;
	if (unlink(path) == 0 || errno == ENOENT)
		return GR_OK;
	complain("%s: cannot be removed: %s", path, strerror(errno));
	return GR_FAIL;
}

/*
 * Takes what a gr-ca init that was cut off left: the whole pair. GR_NO: there is none; a key
 * without a certificate, which never signed anything, is removed.
 */
static enum status take_up(struct authority *a, const char *dir, const char *name)
{
	char key[PATH_MAX], cert[PATH_MAX];
	struct stat own;
	enum status st;

	if (!unfinished_is(dir, name))
		return GR_NO;
	if ((st = authority_path(key, dir, name, ".key")) != GR_OK)
		return st;
	if ((st = authority_path(cert, dir, name, ".pem")) != GR_OK)
		return st;
	if (lstat(cert, &own) == 0)
		return authority_open(a, dir, name);
	st = drop_key(key, dir, name);
	return st == GR_OK ? GR_NO : st;
}

/* A new authority, or the one that was begun before. */
static enum status get(struct authority *a, int dirfd, const char *dir,
		       const struct new_authority_root *q)
{
	enum status st = take_up(a, dir, q->name);
	bool taken;

	if (st == GR_OK)
		complain("%s: the authority that was begun before is finished", q->name);
	if (st != GR_NO)
		return st;
	taken = authority_exists(dir, q->name);
	if (!taken && (st = unfinished_mark(dir, q->name)) != GR_OK)
		return st;
	st = new_authority_make(a, dir, q, clock_real_ms() / 1000);
	if (st != GR_OK && !taken && !authority_exists(dir, q->name))
		(void)unfinished_clear(dirfd, dir, q->name);
	return st;
}

static enum status make(const char *dir, const struct new_authority_root *q)
{
	struct authority a = { 0 };
	struct home home;
	enum status st;
	int fd;

	if ((st = ca_directory_lock(&fd, &home, dir, true)) != GR_OK)
		return st;
	st = ledger_time_check(home.ledger, clock_real_ms());
	if (st == GR_OK)
		st = get(&a, fd, home.ca, q);
	if (st == GR_OK)
		st = trust_store_add(home.trusted, &a);
	if (st == GR_OK)
		st = begin(home.ca, &a);
	if (st == GR_OK)
		st = unfinished_clear(fd, home.ca, q->name);
	authority_release(&a);
	close(fd);
	return st;
}

/* With --existing the token says what kind of key it is. */
static enum status take_key(struct new_authority_root *q, struct uri *uri,
			    const struct token_options *token, const char *algorithm,
			    bool existing)
{
	enum status st;

	if (!token->key && (existing || token->module || token->pin_source))
		arg_usage(&spec);
	if (existing && algorithm)
		arg_usage(&spec);
	if (token->key && (st = token_options_uri(uri, token)) != GR_OK)
		return st;
	q->uri = token->key ? uri : NULL;
	return existing ? GR_OK : alg_key_find(&q->alg, algorithm ? algorithm : "RSA-2048");
}

int command_init(int argc, char *argv[])
{
	const char *dir = NULL, *name = NULL, *algorithm = NULL;
	struct new_authority_root q = { .name = AUTHORITY_FIRST };
	struct token_options token = { .key = NULL };
	bool aws = false, existing = false;
	struct uri uri;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'H': dir = optarg; break;
		case 'n': name = optarg; break;
		case OPT_AWS: aws = true; break;
		case 'a': algorithm = optarg; break;
		case OPT_EXISTING: existing = true; break;
		default: token_options_take(&token, ch, optarg);
		}
	if (argc - optind > 1 || (aws && name))
		arg_usage(&spec);
	if (argc > optind)
		q.name = argv[optind];
	q.common_name = aws ? NULL : name ? name : "gr CA";
	if (!aws && (st = check_common_name(q.common_name)) != GR_OK)
		return st;
	if ((st = ca_directory_check_name(q.name)) != GR_OK)
		return st;
	if ((st = take_key(&q, &uri, &token, algorithm, existing)) != GR_OK)
		return st;
	return make(dir, &q);
}
