/* SPDX-License-Identifier: Apache-2.0 */
/*
 * odd-rsa: a PKCS#10 request for an RSA key that no key generator makes, with a
 * signature that verifies.
 *
 * odd-rsa KIND ORGANISATION NAME prints PEM. KINDs: one, three, long (exponents 1, 3, of 3071
 * bits), prime, even, thirds (moduli that are prime, divisible by 2, by 3), square (of a prime),
 * huge (8192 bits), twin-65537, twin-65539 and twin-3 (exponents for one modulus, kept in ./twin).
 * No signature over an even modulus verifies with OpenSSL.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct key { BIGNUM *n, *e, *phi; };

static void need(int ok)
{
	if (!ok) {
		fprintf(stderr, "odd-rsa: failed\n");
		exit(111);
	}
}

static BIGNUM *prime(int bits)
{
	BIGNUM *p = BN_new();

	need(BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL));
	return p;
}

static BIGNUM *less_one(const BIGNUM *p)
{
	BIGNUM *r = BN_dup(p);

	need(BN_sub_word(r, 1));
	return r;
}

static struct key product(const BIGNUM *p, const BIGNUM *q, BN_CTX *ctx)
{
	struct key k = { BN_new(), BN_new(), BN_new() };

	need(BN_mul(k.n, p, q, ctx) && BN_mul(k.phi, less_one(p), less_one(q), ctx) &&
	     BN_set_word(k.e, 65537));
	return k;
}

/* Both exponents must have an inverse. */
static struct key twin(BN_CTX *ctx)
{
	FILE *f = fopen("twin", "r");
	char a[1024], b[1024];
	BIGNUM *p = NULL, *q = NULL;
	struct key k;

	if (f) {
		need(fscanf(f, "%1023s %1023s", a, b) == 2 && BN_hex2bn(&p, a) &&
		     BN_hex2bn(&q, b));
		fclose(f);
		return product(p, q, ctx);
	}
	do {
		p = prime(1024);
		q = prime(1024);
		k = product(p, q, ctx);
	} while (BN_mod_word(k.phi, 3) == 0 || BN_mod_word(k.phi, 65537) == 0 ||
		 BN_mod_word(k.phi, 65539) == 0);
	need((f = fopen("twin", "w")) && fprintf(f, "%s %s\n", BN_bn2hex(p), BN_bn2hex(q)) > 0 &&
	     fclose(f) == 0);
	return k;
}

static struct key make(const char *kind, BN_CTX *ctx)
{
	BIGNUM *p = prime(1024), *small = BN_new();
	struct key k;

	if (strcmp(kind, "prime") == 0)
		return (struct key){ p = prime(2048), BN_dup(BN_value_one()), less_one(p) };
	if (strcmp(kind, "square") == 0) {
		k = product(p, p, ctx);
		need(BN_mul(k.phi, p, less_one(p), ctx));
		return k;
	}
	if (strcmp(kind, "even") == 0 || strcmp(kind, "thirds") == 0) {
		need(BN_set_word(small, kind[0] == 'e' ? 2 : 3));
		return product(small, prime(2048), ctx);
	}
	if (strncmp(kind, "twin", 4) == 0)
		return twin(ctx);
	if (strcmp(kind, "long") == 0)
		return product(prime(1536), prime(1536), ctx);
	if (strcmp(kind, "huge") == 0) {
		k = product(p, prime(1024), ctx);
		for (int i = 2; i < 8; i++) {
			p = prime(1024);
			need(BN_mul(k.n, k.n, p, ctx) && BN_mul(k.phi, k.phi, less_one(p), ctx));
		}
		return k;
	}
	return product(p, prime(1024), ctx);
}

static unsigned long exponent_of(const char *kind)
{
	static const struct {
		const char *kind;
		unsigned long e;
	} known[] = { { "one", 1 }, { "three", 3 }, { "twin-3", 3 }, { "twin-65539", 65539 } };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].kind, kind) == 0)
			return known[i].e;
	return 65537;
}

/* Until it has an inverse. */
static struct key choose(const char *kind, BN_CTX *ctx)
{
	BIGNUM *gcd = BN_new();
	struct key k;

	do {
		k = make(kind, ctx);
		if (strcmp(kind, "long") == 0)
			need(BN_rand(k.e, 3071, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD));
		else
			need(BN_set_word(k.e, exponent_of(kind)));
		need(BN_gcd(gcd, k.e, k.phi, ctx));
	} while (!BN_is_one(gcd));
	return k;
}

static EVP_PKEY *public_key(const struct key *k)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	need(OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, k->n) &&
	     OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, k->e) &&
	     EVP_PKEY_fromdata_init(c) == 1 &&
	     EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, OSSL_PARAM_BLD_to_param(b)) == 1);
	return key;
}

/*
 * EMSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 9.2), by the numbers: OpenSSL does not sign
 * with such keys.
 */
static void sign(X509_REQ *req, const struct key *k, BN_CTX *ctx)
{
	static const unsigned char info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
					      0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
					      0x01, 0x05, 0x00, 0x04, 0x20 };
	int size = BN_num_bytes(k->n), len = -1;
	unsigned char *em = malloc((size_t)size), *tbs = NULL;
	ASN1_BIT_STRING *signature = ASN1_BIT_STRING_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	BIGNUM *m, *s = BN_new(), *d = BN_mod_inverse(NULL, k->e, k->phi, ctx);

	need(X509_ALGOR_set0(alg, OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL, NULL) &&
	     X509_REQ_set1_signature_algo(req, alg));
	need(d && (len = i2d_re_X509_REQ_tbs(req, &tbs)) > 0);
	memset(em, 0xff, (size_t)size);
	em[0] = 0;
	em[1] = 1;
	em[size - 52] = 0;
	memcpy(em + size - 51, info, sizeof info);
	SHA256(tbs, (size_t)len, em + size - 32);
	m = BN_bin2bn(em, size, NULL);
	need(BN_mod_exp(s, m, d, k->n, ctx) && BN_bn2binpad(s, em, size) == size &&
	     ASN1_BIT_STRING_set(signature, em, size));
	signature->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 7);
	signature->flags |= ASN1_STRING_FLAG_BITS_LEFT;
	X509_REQ_set0_signature(req, signature);
}

int main(int argc, char *argv[])
{
	BN_CTX *ctx = BN_CTX_new();
	X509_REQ *req = X509_REQ_new();
	X509_NAME *name = X509_NAME_new();
	struct key k;

	need(argc == 4);
	k = choose(argv[1], ctx);
	if (argv[2][0])
		need(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (unsigned char *)argv[2],
						-1, -1, 0));
	need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (unsigned char *)argv[3], -1,
					-1, 0) &&
	     X509_REQ_set_version(req, 0) && X509_REQ_set_subject_name(req, name) &&
	     X509_REQ_set_pubkey(req, public_key(&k)));
	sign(req, &k, ctx);
	need(PEM_write_X509_REQ(stdout, req));
	return 0;
}
