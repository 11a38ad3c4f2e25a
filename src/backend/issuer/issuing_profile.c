/* SPDX-License-Identifier: Apache-2.0 */
/* issuing_profile.c - how certificates for devices are issued */
#include "issuer/issuing_profile.h"
#include "complain.h"
#include "file.h"
#include "json.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 4096 };

static const struct issuing_profile_alg algs[] = {
	{ "SHA256WITHRSA",   EVP_PKEY_RSA, EVP_sha256 },
	{ "SHA384WITHRSA",   EVP_PKEY_RSA, EVP_sha384 },
	{ "SHA512WITHRSA",   EVP_PKEY_RSA, EVP_sha512 },
	{ "SHA256WITHECDSA", EVP_PKEY_EC,  EVP_sha256 },
	{ "SHA384WITHECDSA", EVP_PKEY_EC,  EVP_sha384 },
	{ "SHA512WITHECDSA", EVP_PKEY_EC,  EVP_sha512 },
	{ NULL, 0, NULL }
};

const char *issuing_profile_name(const struct issuing_profile *profile)
{
	return profile->private ? "private" : "iot";
}

static const struct issuing_profile_alg *find(const char *name)
{
	for (const struct issuing_profile_alg *a = algs; a->name; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

static const struct issuing_profile_alg *first_of(int type)
{
	const struct issuing_profile_alg *a = algs;

	while (a->type != type)
		a++;
	return a;
}

/* The three of one family, or all six. */
static const char *allowed(int type)
{
	return type == EVP_PKEY_RSA ? "SHA256WITHRSA, SHA384WITHRSA, SHA512WITHRSA"
	    : type == EVP_PKEY_EC   ? "SHA256WITHECDSA, SHA384WITHECDSA, SHA512WITHECDSA"
				    : "SHA256WITHRSA, SHA384WITHRSA, SHA512WITHRSA, "
				    "SHA256WITHECDSA, SHA384WITHECDSA, SHA512WITHECDSA";
}

enum status issuing_profile_alg_find(const struct issuing_profile_alg **alg, const char *name)
{
	if ((*alg = find(name)))
		return GR_OK;
	complain("signing algorithm %s: unknown; allowed are %s", name, allowed(0));
	return GR_BAD;
}

static enum status parse(struct issuing_profile *profile, const char *text, size_t len,
			 const char *path)
{
	const char *name = NULL, *authority = NULL, *alg = NULL;
	json_int_t days = ISSUING_PROFILE_DAYS_DEFAULT;
	json_t *o = json_object_parse(text, len);
	bool whole = o &&
	    json_unpack_ex(o, NULL, JSON_STRICT, "{s:s, s:s, s?s, s?I}", "mode", &name,
			   "authority", &authority, "signingAlgorithm", &alg, "validityDays",
			   &days) == 0;
	bool private = whole && strcmp(name, "private") == 0;
	enum status st = GR_BAD;

	if (whole && (private ? alg && find(alg) : strcmp(name, "iot") == 0) &&
	    authority_is_name(authority) && days >= 1 && days <= ISSUING_PROFILE_DAYS_MAX) {
		*profile = (struct issuing_profile){ .private = private,
						  .alg = private ? find(alg) : NULL,
						  .days = (uint32_t)days };
		str_copy(profile->authority, sizeof profile->authority, authority);
		st = GR_OK;
	} else {
		complain("%s: damaged; mend it, or remove it and choose anew with gr-ca mode",
			 path);
	}
	json_decref(o);
	return st;
}

enum status issuing_profile_read(struct issuing_profile *profile, const char *dir)
{
	char path[PATH_MAX], *text = NULL;
	enum status st;
	size_t len = 0;

	if (!str_format(path, sizeof path, "%s/mode.json", dir)) {
		complain("%s: the path is too long", dir);
		return GR_BAD;
	}
	if ((st = file_read(&text, &len, path, FILE_MAX)) == GR_OK)
		st = parse(profile, text, len, path);
	free(text);
	return st;
}

enum status issuing_profile_need(struct issuing_profile *profile, const char *dir)
{
	enum status st = issuing_profile_read(profile, dir);

	if (st != GR_NO)
		return st;
	complain("%s: no certificate authority issues there; gr-ca init makes one, gr-ca mode "
		 "chooses one",
		 dir);
	return GR_BAD;
}

enum status issuing_profile_write(const struct issuing_profile *profile, const char *dir)
{
	json_t *o = json_pack("{s:s, s:s}", "mode", issuing_profile_name(profile), "authority",
			      profile->authority);
	char path[PATH_MAX], *text = NULL;
	enum status st = GR_FAIL;

	if (o && profile->private) {
		json_object_set_new(o, "signingAlgorithm", json_string(profile->alg->name));
		json_object_set_new(o, "validityDays", json_integer(profile->days));
	}
	text = o ? json_compact(o) : NULL;
	if (!text || !str_format(path, sizeof path, "%s/mode.json", dir))
		complain("%s: the mode cannot be written down", dir);
	else
		st = file_replace(path, text, strlen(text), 0640);
	free(text);
	json_decref(o);
	return st;
}

enum status issuing_profile_settle(struct issuing_profile *profile, const struct authority *a)
{
	int type = EVP_PKEY_get_base_id(a->key);

	if (!profile->private && type != EVP_PKEY_RSA) {
		complain("mode iot signs with SHA256WITHRSA, and authority %s has no RSA key; use "
			 "mode private, or an authority with one",
			 a->name);
		return GR_BAD;
	}
	if (!profile->private || !profile->alg)
		profile->alg = first_of(type);
	if (profile->alg->type == type)
		return GR_OK;
	complain("signing algorithm %s does not go with the key of authority %s; allowed are %s",
		 profile->alg->name, a->name, allowed(type));
	return GR_BAD;
}
