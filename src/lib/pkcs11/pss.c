/* SPDX-License-Identifier: Apache-2.0 */
/* pss.c - RSA-PSS padding */
#include "pkcs11/pss.h"

#include <openssl/rand.h>
#include <string.h>

/* Adds MGF1(seed) to mask (RFC 8017, B.2.1). */
static bool add_mask(unsigned char *mask, size_t len, const EVP_MD *md, const unsigned char *seed,
		     size_t seed_len)
{
	unsigned char part[EVP_MAX_MD_SIZE], count[4];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int n = 0;
	bool ok = ctx;

	for (size_t i = 0, at = 0; ok && at < len; i++) {
		for (size_t b = 0; b < sizeof count; b++)
			count[b] = (unsigned char)(i >> (24 - 8 * b));
		ok = EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
		    EVP_DigestUpdate(ctx, seed, seed_len) == 1 &&
		    EVP_DigestUpdate(ctx, count, sizeof count) == 1 &&
		    EVP_DigestFinal_ex(ctx, part, &n) == 1;
		for (size_t b = 0; ok && b < n && at < len; b++)
			mask[at++] ^= part[b];
	}
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* H = hash of eight zero bytes, the message's hash and the salt. */
static bool hash_salted(unsigned char *to, const EVP_MD *md, const unsigned char *hash,
			size_t hash_len, const unsigned char *salt, size_t salt_len)
{
	static const unsigned char zeros[8];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
	    EVP_DigestUpdate(ctx, zeros, sizeof zeros) == 1 &&
	    EVP_DigestUpdate(ctx, hash, hash_len) == 1 &&
	    EVP_DigestUpdate(ctx, salt, salt_len) == 1 && EVP_DigestFinal_ex(ctx, to, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

bool pss_encode(unsigned char *block, size_t bits, const EVP_MD *md, const unsigned char *hash,
		size_t hash_len, size_t salt_len)
{
	size_t len = (bits + 7) / 8, used = (bits + 6) / 8, spare = 8 * used - (bits - 1), masked;
	unsigned char *em = block + (len - used), *h;

	if (used < hash_len + salt_len + 2)
		return false;
	memset(block, 0, len);
	masked = used - hash_len - 1;
	h = em + masked;
	em[masked - salt_len - 1] = 1;
	if (RAND_bytes(em + masked - salt_len, (int)salt_len) != 1 ||
	    !hash_salted(h, md, hash, hash_len, em + masked - salt_len, salt_len) ||
	    !add_mask(em, masked, md, h, hash_len))
		return false;
	em[0] &= (unsigned char)(0xff >> spare);
	em[used - 1] = 0xbc;
	return true;
}
