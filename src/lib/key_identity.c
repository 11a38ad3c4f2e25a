/* SPDX-License-Identifier: Apache-2.0 */
/* key_identity.c - which key it is, whatever it is written like */
#include "key.h"
#include "str.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

/* bytes; OpenSSL takes no larger ones */
enum { NUMBER_MAX = 8192, HEAD_MAX = 48, GROUP_MAX = 64, FIELD_MAX = 128 };

/*
 * What stands before the point in a SubjectPublicKeyInfo (RFC 5480, 2), its 04 for "uncompressed"
 * included.
 */
static const struct {
	const char *group;
	size_t size, length;
	unsigned char head[HEAD_MAX];
} curves[] = { { "prime256v1", 32, 27, { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
					 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
					 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 } },
	       { "secp384r1", 48, 24, { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
					0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
					0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04 } },
	       { "secp521r1", 66, 26, { 0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
					0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
					0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00, 0x04 } } };

/* Bytes that grow towards the front: the length of each part is known when its head is written. */
struct text {
	unsigned char bytes[HEAD_MAX + NUMBER_MAX];
	size_t start;
};

static void put(struct text *t, const void *bytes, size_t len)
{
	t->start -= len;
	memcpy(t->bytes + t->start, bytes, len);
}

/* The DER head of all that stands there. */
static void put_head(struct text *t, unsigned char tag, size_t len)
{
	unsigned char head[4] = { tag, 0x82, (unsigned char)(len >> 8), (unsigned char)len };

	if (len < 0x80)
		put(t, (unsigned char[]){ tag, (unsigned char)len }, 2);
	else if (len < 0x100)
		put(t, (unsigned char[]){ tag, 0x81, (unsigned char)len }, 3);
	else
		put(t, head, sizeof head);
}

static size_t length(const struct text *t)
{
	return sizeof t->bytes - t->start;
}

static bool put_number(struct text *t, EVP_PKEY *key, const char *param, size_t size)
{
	unsigned char bytes[NUMBER_MAX];
	BIGNUM *number = NULL;
	int len = -1;

	if (EVP_PKEY_get_bn_param(key, param, &number) == 1) {
		if (size == 0)
			size = (size_t)BN_num_bytes(number);
		if (size > 0 && size <= sizeof bytes)
			len = BN_bn2binpad(number, bytes, (int)size);
	}
	BN_free(number);
	if (len > 0)
		put(t, bytes, (size_t)len);
	return len > 0;
}

/*
 * SubjectPublicKeyInfo (RFC 8017, A.1.1; RFC 3279, 2.3.1) of this modulus with the exponent 65537.
 */
static bool write_rsa(struct text *t, EVP_PKEY *key)
{
	static const unsigned char exponent[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };
	static const unsigned char algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
						   0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };

	put(t, exponent, sizeof exponent);
	if (!put_number(t, key, OSSL_PKEY_PARAM_RSA_N, 0))
		return false;
	if (t->bytes[t->start] & 0x80)	/* DER numbers have a sign */
		put(t, "", 1);
	put_head(t, 0x02, length(t) - sizeof exponent);
	put_head(t, 0x30, length(t));
	put(t, "", 1);			/* unused bits */
	put_head(t, 0x03, length(t));
	put(t, algorithm, sizeof algorithm);
	put_head(t, 0x30, length(t));
	return true;
}

static bool put_point(struct text *t, EVP_PKEY *key, size_t size)
{
	return put_number(t, key, OSSL_PKEY_PARAM_EC_PUB_Y, size) &&
	    put_number(t, key, OSSL_PKEY_PARAM_EC_PUB_X, size);
}

/* Curves that we know, as above; of others, which nothing of ours certifies, name and point. */
static bool write_ec(struct text *t, EVP_PKEY *key)
{
	char group[GROUP_MAX] = "";
	size_t n = 0;

	if (EVP_PKEY_get_group_name(key, group, sizeof group, &n) != 1)
		group[0] = '\0';	/* parameters that are those of no curve known */
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
		if (strcmp(curves[i].group, group) == 0) {
			if (!put_point(t, key, curves[i].size))
				return false;
			put(t, curves[i].head, curves[i].length);
			return true;
		}
	if (!put_point(t, key, FIELD_MAX))
		return false;
	put(t, group, strlen(group) + 1);
	return true;
}

/* Kinds that have no second form. */
static bool write_other(struct text *t, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	bool fits = len > 0 && (size_t)len <= sizeof t->bytes;

	if (fits)
		put(t, der, (size_t)len);
	OPENSSL_free(der);
	return fits;
}

static bool write_key(struct text *t, EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA: case EVP_PKEY_RSA_PSS:
		return write_rsa(t, key);
	case EVP_PKEY_EC:
		return write_ec(t, key);
	default:
		return write_other(t, key);
	}
}

bool key_identity(char hex[static 65], EVP_PKEY *key)
{
	struct text t = { .start = sizeof t.bytes };
	unsigned char md[SHA256_DIGEST_LENGTH];

	if (!write_key(&t, key))
		return false;
	SHA256(t.bytes + t.start, length(&t), md);
	str_hex(hex, md, sizeof md);
	return true;
}
