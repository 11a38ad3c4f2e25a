/* SPDX-License-Identifier: Apache-2.0 */
/* strength.c - which keys and signatures are strong enough */
#include "strength.h"
#include "str.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_NAME = 32, RSA_MIN = 2048, RSA_MAX = 4096 };

static const uint64_t exponent_min = 65537, exponent_max = UINT64_C(1) << 32;

/* OpenSSL's names of the curves that are good, and those of alg.h. */
static const struct { const char *group, *name; } curves[] = {
	{ "prime256v1", "ECDSA-P256" }, { "secp384r1", "ECDSA-P384" },
	{ "secp521r1", "ECDSA-P521" }
};

/* What costs next to nothing, and what does. */
enum depth { GLANCE, WHOLE };

static bool passes_openssl(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = ctx && EVP_PKEY_public_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

static const char *name_of_curve(EVP_PKEY *key, const char *group)
{
	char text[64] = "";
	size_t n = 0;

	/*
	 * OpenSSL recognises a known curve even when its parameters are spelled out, so ask for
	 * the encoding as well.
	 */
	if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, text, sizeof text,
					   &n) != 1 ||
	    strcmp(text, OSSL_PKEY_EC_ENCODING_GROUP) != 0)
		return "EC-explicit";
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
		if (strcmp(curves[i].group, group) == 0)
			return curves[i].name;
	return NULL;
}

static void name_ec(char name[static KEY_NAME], EVP_PKEY *key, enum depth depth)
{
	char group[64] = "";
	const char *known;
	size_t n = 0;

	if (EVP_PKEY_get_group_name(key, group, sizeof group, &n) != 1)
		group[0] = '\0';
	known = name_of_curve(key, group);
	if (!known)
		str_format(name, KEY_NAME, "EC-%.24s", group);
	else
		str_copy(name, KEY_NAME,
			 depth == GLANCE || passes_openssl(key) ? known : "EC-point");
}

static bool is_good_exponent(EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	unsigned char bytes[sizeof exponent_max];
	uint64_t value = 0;
	bool good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_odd(e) &&
	    BN_bn2binpad(e, bytes, sizeof bytes) > 0;

	BN_free(e);
	for (size_t i = 0; good && i < sizeof bytes; i++)
		value = value << 8 | bytes[i];
	return good && value >= exponent_min && value <= exponent_max;
}

/* To verify with an even modulus costs many times as much. */
static bool is_odd_modulus(EVP_PKEY *key)
{
	BIGNUM *n = NULL;
	bool odd = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 && BN_is_odd(n);

	BN_free(n);
	return odd;
}

static void name_rsa(char name[static KEY_NAME], EVP_PKEY *key, enum depth depth)
{
	int bits = EVP_PKEY_get_bits(key);
	const char *wrong = "";

	if (bits >= RSA_MIN && bits <= RSA_MAX) {
		if (!is_good_exponent(key))
			wrong = "-exponent";
		else if (!is_odd_modulus(key) || (depth == WHOLE && !passes_openssl(key)))
			wrong = "-modulus";
	}
	str_format(name, KEY_NAME, "RSA-%d%s", bits, wrong);
}

static void name_key(char name[static KEY_NAME], EVP_PKEY *key, enum depth depth)
{
	int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;

	if (type == EVP_PKEY_EC)
		name_ec(name, key, depth);
	else if (type == EVP_PKEY_RSA)
		name_rsa(name, key, depth);
	else if (type == EVP_PKEY_DSA)
		str_format(name, KEY_NAME, "DSA-%d", EVP_PKEY_get_bits(key));
	else
		str_format(name, KEY_NAME, "%.24s",
			   type == EVP_PKEY_NONE ? "unknown" : OBJ_nid2sn(type));
	ERR_clear_error();
}

static void examine(struct strength *strength, X509 *x509, enum depth depth)
{
	int digest = NID_undef;

	*strength = (struct strength){ 0 };
	name_key(strength->key, X509_get0_pubkey(x509), depth);
	if (X509_get_signature_info(x509, &digest, NULL, NULL, NULL) == 1 && digest != NID_undef)
		str_format(strength->digest, sizeof strength->digest, "%.15s", OBJ_nid2sn(digest));
}

void strength_of(struct strength *strength, X509 *x509)
{
	examine(strength, x509, WHOLE);
}

void strength_of_issued(struct strength *strength, X509 *x509)
{
	examine(strength, x509, GLANCE);
}

static const char *problem_of_rsa(const char *name)
{
	char *rest;
	long bits = strtol(name + strlen("RSA-"), &rest, 10);

	if (bits < RSA_MIN)
		return "the RSA key is shorter than 2048 bits";
	if (bits > RSA_MAX)
		return "the RSA key is longer than 4096 bits";
	if (strcmp(rest, "-exponent") == 0)
		return "the exponent of the RSA key is not an odd number from 65537 to 2^32";
	return rest[0] ? "the modulus of the RSA key is not the product of two large primes"
		       : NULL;
}

const char *strength_key_problem(const char *name)
{
	if (strncmp(name, "RSA-", 4) == 0)
		return problem_of_rsa(name);
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
		if (strcmp(curves[i].name, name) == 0)
			return NULL;
	if (strcmp(name, "EC-explicit") == 0)
		return "the EC key has explicit parameters; only named curves are accepted";
	if (strcmp(name, "unreadable") == 0)
		return "there is no certificate that can be read";
	if (strcmp(name, "EC-point") == 0)
		return "the EC key is no point on its curve";
	return strncmp(name, "EC-", 3) == 0
	    ? "the EC key is on none of the curves P-256, P-384, P-521"
	    : "the key is neither RSA nor EC";
}

static const char *weakness(EVP_PKEY *key, enum depth depth)
{
	char name[KEY_NAME];

	name_key(name, key, depth);
	return strength_key_problem(name);
}

const char *strength_key_weakness(EVP_PKEY *key)
{
	return weakness(key, WHOLE);
}

const char *strength_key_limits(EVP_PKEY *key)
{
	return weakness(key, GLANCE);
}

const char *strength_problem(const struct strength *strength)
{
	static const char *const digests[] = { "SHA256", "SHA384", "SHA512" };
	const char *problem = strength_key_problem(strength->key);

	if (problem)
		return problem;
	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (strcmp(digests[i], strength->digest) == 0)
			return NULL;
	/* "": EdDSA, which has its own */
	return strength->digest[0] ? "the signature is over a digest weaker than SHA-256" : NULL;
}
