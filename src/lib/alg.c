/* SPDX-License-Identifier: Apache-2.0 */
/* alg.c - algorithm names */
#include "alg.h"
#include "complain.h"
#include "str.h"

#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

static const struct alg_key keys[] = {
	{ "RSA-2048",   EVP_PKEY_RSA, 2048, NULL },
	{ "RSA-3072",   EVP_PKEY_RSA, 3072, NULL },
	{ "ECDSA-P256", EVP_PKEY_EC,  0,    "P-256" },
	{ "ECDSA-P384", EVP_PKEY_EC,  0,    "P-384" },
	{ "ECDSA-P521", EVP_PKEY_EC,  0,    "P-521" },
	{ NULL, 0, 0, NULL }
};

static const struct alg_sign signs[] = {
	{ "SHA256WITHRSA",        EVP_PKEY_RSA, "SHA256", false },
	{ "SHA384WITHRSA",        EVP_PKEY_RSA, "SHA384", false },
	{ "SHA512WITHRSA",        EVP_PKEY_RSA, "SHA512", false },
	{ "SHA256WITHRSAANDMGF1", EVP_PKEY_RSA, "SHA256", true },
	{ "SHA384WITHRSAANDMGF1", EVP_PKEY_RSA, "SHA384", true },
	{ "SHA512WITHRSAANDMGF1", EVP_PKEY_RSA, "SHA512", true },
	{ "ECDSA-WITH-SHA256",    EVP_PKEY_EC,  "SHA256", false },
	{ "ECDSA-WITH-SHA384",    EVP_PKEY_EC,  "SHA384", false },
	{ "ECDSA-WITH-SHA512",    EVP_PKEY_EC,  "SHA512", false },
	{ NULL, 0, NULL, false }
};

const struct alg_key *alg_key_list(void)
{
	return keys;
}

const struct alg_sign *alg_sign_list(void)
{
	return signs;
}

/* All names, or those of one family, with commas. */
static void list_signs(char *to, size_t size, int type)
{
	size_t used = 0;

	to[0] = '\0';
	for (const struct alg_sign *s = signs; s->name; s++)
		if ((type == 0 || s->type == type) && used < size)
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? ", " : "",
						 s->name);
}

enum status alg_key_find(const struct alg_key **alg, const char *name)
{
	for (const struct alg_key *k = keys; k->name; k++)
		if (strcmp(k->name, name) == 0) {
			*alg = k;
			return GR_OK;
		}
	complain("keyAlgorithm: %s: unknown; allowed are RSA-2048, RSA-3072, ECDSA-P256, "
		 "ECDSA-P384, ECDSA-P521",
		 name);
	return GR_BAD;
}

enum status alg_sign_find(const struct alg_sign **alg, const char *name)
{
	char allowed[256];

	for (const struct alg_sign *s = signs; s->name; s++)
		if (strcmp(s->name, name) == 0) {
			*alg = s;
			return GR_OK;
		}
	list_signs(allowed, sizeof allowed, 0);
	complain("signingAlgorithm: %s: unknown; allowed are %s", name, allowed);
	return GR_BAD;
}

enum status alg_pair_check(const struct alg_key *key, const struct alg_sign *sign)
{
	char allowed[256];

	if (key->type == sign->type)
		return GR_OK;
	list_signs(allowed, sizeof allowed, key->type);
	complain("signingAlgorithm: %s does not go with keyAlgorithm %s; allowed are %s",
		 sign->name, key->name, allowed);
	return GR_BAD;
}

enum status alg_sign_init(EVP_MD_CTX *ctx, const struct alg_sign *sign, EVP_PKEY *key)
{
	const EVP_MD *md = EVP_get_digestbyname(sign->digest);
	EVP_PKEY_CTX *pk = NULL;

	if (EVP_DigestSignInit(ctx, &pk, md, NULL, key) == 1 &&
	    (!sign->pss || (EVP_PKEY_CTX_set_rsa_padding(pk, RSA_PKCS1_PSS_PADDING) == 1 &&
			    EVP_PKEY_CTX_set_rsa_mgf1_md(pk, md) == 1 &&
			    EVP_PKEY_CTX_set_rsa_pss_saltlen(pk, RSA_PSS_SALTLEN_DIGEST) == 1)))
		return GR_OK;
	complain("%s: cannot sign: %s", sign->name, complain_openssl());
	return GR_FAIL;
}
