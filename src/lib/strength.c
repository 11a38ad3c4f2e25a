/* strength.c - how strong a key and a certificate are */
#include "strength.h"
#include "str.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_NAME = 32 };

/* OpenSSL's names of the curves that are good, and those of alg.h. */
static const struct { const char *group, *name; } curves[] = {
	{ "prime256v1", "ECDSA-P256" }, { "secp384r1", "ECDSA-P384" }, { "secp521r1", "ECDSA-P521" }
};

static void name_curve(char name[static KEY_NAME], EVP_PKEY *key)
{
	char text[64] = "";
	size_t n = 0;

	/* OpenSSL recognises a known curve even when its parameters are spelled out, so ask for the encoding as well. */
	if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, text, sizeof text, &n) != 1 ||
	    strcmp(text, OSSL_PKEY_EC_ENCODING_GROUP) != 0 || EVP_PKEY_get_group_name(key, text, sizeof text, &n) != 1) {
		str_copy(name, KEY_NAME, "EC-explicit");
		return;
	}
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
		if (strcmp(curves[i].group, text) == 0) {
			str_copy(name, KEY_NAME, curves[i].name);
			return;
		}
	str_format(name, KEY_NAME, "EC-%.24s", text);
}

void strength_name_key(char name[static KEY_NAME], EVP_PKEY *key)
{
	int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;

	if (type == EVP_PKEY_EC)
		name_curve(name, key);
	else if (type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS || type == EVP_PKEY_DSA)
		str_format(name, KEY_NAME, "%s-%d", type == EVP_PKEY_DSA ? "DSA" : "RSA", EVP_PKEY_get_bits(key));
	else
		str_format(name, KEY_NAME, "%.24s", type == EVP_PKEY_NONE ? "unknown" : OBJ_nid2sn(type));
}

void strength_of(struct strength *strength, X509 *x509)
{
	int digest = NID_undef;

	*strength = (struct strength){ 0 };
	strength_name_key(strength->key, X509_get0_pubkey(x509));
	if (X509_get_signature_info(x509, &digest, NULL, NULL, NULL) == 1 && digest != NID_undef)
		str_format(strength->digest, sizeof strength->digest, "%.15s", OBJ_nid2sn(digest));
}

const char *strength_key_problem(const char *name)
{
	if (strncmp(name, "RSA-", 4) == 0)
		return atoi(name + 4) >= 2048 ? NULL : "the RSA key is shorter than 2048 bits";
	if (strcmp(name, "ED25519") == 0 || strcmp(name, "ED448") == 0)
		return NULL;
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
		if (strcmp(curves[i].name, name) == 0)
			return NULL;
	if (strcmp(name, "EC-explicit") == 0)
		return "the EC key has explicit parameters; only named curves are accepted";
	return strncmp(name, "EC-", 3) == 0 ? "the EC key is on none of the curves P-256, P-384, P-521" : "the key is neither RSA nor EC";
}

const char *strength_problem(const struct strength *strength)
{
	static const char *const digests[] = { "", "SHA256", "SHA384", "SHA512" };	/* "": EdDSA, which has its own */
	const char *problem = strength_key_problem(strength->key);

	if (problem)
		return problem;
	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (strcmp(digests[i], strength->digest) == 0)
			return NULL;
	return "the signature is over a digest weaker than SHA-256";
}
