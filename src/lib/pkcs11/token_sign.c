/* SPDX-License-Identifier: Apache-2.0 */
/* token_sign.c - signatures made in a token */
#include "pkcs11/token_sign.h"
#include "pkcs11/module.h"
#include "pkcs11/pss.h"
#include "str.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_MAX = 1024, RAW_MAX = 1024 };	/* bytes: of an RSA modulus of 8192 bits */

/*
 * Padding, digest and salt are kept by a context of the default provider that verifies with the
 * public half: it knows all parameters, names the algorithm for a CSR, and checks what the token
 * did.
 */
struct signing {
	const struct token_key *key;
	EVP_MD_CTX *verifier;
	EVP_PKEY_CTX *settings;		/* verifier's own */
};

/* What C_Sign is to do, and with what. */
struct order {
	struct ck_mechanism mechanism;
	struct ck_rsa_pkcs_pss_params pss;
	unsigned char data[RAW_MAX];
	size_t len;
};

static const struct digest {
	int nid;
	ck_mechanism_type_t mechanism;
	ck_rsa_pkcs_mgf_type_t mgf;
} digests[] = {
	{ NID_sha256, CKM_SHA256, CKG_MGF1_SHA256 },
	{ NID_sha384, CKM_SHA384, CKG_MGF1_SHA384 },
	{ NID_sha512, CKM_SHA512, CKG_MGF1_SHA512 },
};

static int fail(struct token *token, enum status st, const char *why)
{
	str_format(token->failure, sizeof token->failure, "%.160s: no signature: %s", token->where,
		   why);
	token->failed = st;
	ERR_raise_data(ERR_LIB_USER, 1, "%s", token->failure);
	return 0;
}

/* The DigestInfo of PKCS #1 (RFC 8017, 9.2), its parameters NULL as there. */
static bool order_pkcs1(struct order *order, const EVP_MD *md, const unsigned char *hash,
			size_t len)
{
	X509_SIG *info = X509_SIG_new();
	ASN1_OCTET_STRING *digest = NULL;
	X509_ALGOR *algorithm = NULL;
	unsigned char *at = order->data;
	int size = 0;

	if (info) {
		X509_SIG_getm(info, &algorithm, &digest);
		if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL,
				    NULL) == 1 &&
		    ASN1_OCTET_STRING_set(digest, hash, (int)len) == 1 &&
		    (size = i2d_X509_SIG(info, NULL)) <= RAW_MAX)
			size = i2d_X509_SIG(info, &at);
	}
	X509_SIG_free(info);
	order->mechanism = (struct ck_mechanism){ CKM_RSA_PKCS, NULL, 0 };
	order->len = size > 0 ? (size_t)size : 0;
	return size > 0;
}

/*
 * Tokens that know RSA-PSS do it themselves; the others get the padded block, if they take raw
 * ones.
 */
static bool order_pss(struct order *order, const struct signing *s, const EVP_MD *md,
		      const unsigned char *hash, size_t len)
{
	const struct token *token = s->key->token;
	const struct digest *digest = NULL;
	const EVP_MD *mgf = NULL;
	int salt = 0;

	if (EVP_PKEY_CTX_get_rsa_pss_saltlen(s->settings, &salt) <= 0 ||
	    EVP_PKEY_CTX_get_rsa_mgf1_md(s->settings, &mgf) <= 0)
		return false;
	salt = salt < 0 ? (int)len : salt;	/* as long as the hash: what all of ours ask for */
	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (digests[i].nid == EVP_MD_get_type(md))
			digest = &digests[i];
	if (digest && mgf == md && token_has(token, CKM_RSA_PKCS_PSS, CKF_SIGN, NULL)) {
		order->pss = (struct ck_rsa_pkcs_pss_params){ digest->mechanism, digest->mgf,
							      (unsigned long)salt };
		order->mechanism = (struct ck_mechanism){ CKM_RSA_PKCS_PSS, &order->pss,
							  sizeof order->pss };
		memcpy(order->data, hash, len);
		order->len = len;
		return true;
	}
	order->mechanism = (struct ck_mechanism){ CKM_RSA_X_509, NULL, 0 };
	order->len = ((size_t)EVP_PKEY_get_bits(s->key->public) + 7) / 8;
	return mgf == md && order->len <= RAW_MAX &&
	    pss_encode(order->data, (size_t)EVP_PKEY_get_bits(s->key->public), md, hash, len,
		       (size_t)salt);
}

/*
 * A hash longer than the order of the curve is cut here: not every token does it (FIPS 186-4,
 * 6.4).
 */
static bool order_ecdsa(struct order *order, const EVP_PKEY *public, const unsigned char *hash,
			size_t len)
{
	size_t most = ((size_t)EVP_PKEY_get_bits(public) + 7) / 8;

	order->mechanism = (struct ck_mechanism){ CKM_ECDSA, NULL, 0 };
	order->len = len < most ? len : most;
	memcpy(order->data, hash, order->len);
	return true;
}

static bool write_order(struct order *order, const struct signing *s, const unsigned char *tbs,
			size_t tbs_len)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	const EVP_MD *md = NULL;
	unsigned int len = 0;
	int pad = 0;

	if (EVP_PKEY_CTX_get_signature_md(s->settings, &md) <= 0 || !md ||
	    EVP_Digest(tbs, tbs_len, hash, &len, md, NULL) != 1)
		return false;
	if (EVP_PKEY_is_a(s->key->public, "EC"))
		return order_ecdsa(order, s->key->public, hash, len);
	if (EVP_PKEY_CTX_get_rsa_padding(s->settings, &pad) <= 0)
		return false;
	if (pad == RSA_PKCS1_PADDING)
		return order_pkcs1(order, md, hash, len);
	return pad == RSA_PKCS1_PSS_PADDING && order_pss(order, s, md, hash, len);
}

static int execute(unsigned char raw[static RAW_MAX], unsigned long *len,
		   const struct token_key *key, struct order *order)
{
	struct token *token = key->token;
	struct token_turn turn;
	ck_rv_t rv;

	*len = RAW_MAX;
	if (!token->f || key->connection != token->connections)
		return fail(token, GR_FAIL, "the token is not open");
	if (token_begin(token, &turn) != GR_OK)
		return fail(token, GR_FAIL, "no timer");
	if ((rv = token->f->C_SignInit(token->session, &order->mechanism, key->object)) == CKR_OK)
		rv = token->f->C_Sign(token->session, order->data, order->len, raw, len);
	if (token_end(&turn, GR_OK) != GR_OK)
		return fail(token, GR_FAIL, "the user could not be changed back");
	if (rv == CKR_OK)
		return 1;
	token->lost = module_status(rv) == GR_FAIL;
	return fail(token, module_status(rv), module_reason(rv));
}

/*
 * A token gives r and s, each as long as the order of the curve; X.509 and TLS want them in DER
 * (RFC 3279, 2.2.3).
 */
static int encode_ecdsa(unsigned char *sig, size_t *sig_len, size_t size, const unsigned char *raw,
			size_t len)
{
	BIGNUM *r = BN_bin2bn(raw, (int)(len / 2), NULL),
	       *s = BN_bin2bn(raw + len / 2, (int)(len / 2), NULL);
	ECDSA_SIG *both = ECDSA_SIG_new();
	int n = 0;

	if (both && r && s && ECDSA_SIG_set0(both, r, s) == 1) {
		r = s = NULL;	/* both has them now */
		if ((n = i2d_ECDSA_SIG(both, NULL)) > 0 && (size_t)n <= size)
			n = i2d_ECDSA_SIG(both, &sig);
		else
			n = 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(both);
	*sig_len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static int digest_sign(void *context, unsigned char *sig, size_t *sig_len, size_t size,
		       const unsigned char *tbs, size_t tbs_len)
{
	struct signing *s = context;
	unsigned char raw[RAW_MAX];
	struct order order;
	unsigned long len;

	if (!sig) {
		*sig_len = (size_t)EVP_PKEY_get_size(s->key->public);
		return 1;
	}
	s->key->token->failure[0] = '\0';
	s->key->token->failed = GR_OK;
	if (!write_order(&order, s, tbs, tbs_len))
		return fail(s->key->token, GR_BAD, "the token does not sign that way");
	if (!execute(raw, &len, s->key, &order))
		return 0;
	if (order.mechanism.mechanism == CKM_ECDSA) {
		if (!encode_ecdsa(sig, sig_len, size, raw, len))
			return fail(s->key->token, GR_BAD, "what the token made is malformed");
	} else if (len <= size) {
		memcpy(sig, raw, len);
		*sig_len = len;
	} else {
		return fail(s->key->token, GR_BAD, "what the token made is too long");
	}
	return EVP_DigestVerify(s->verifier, sig, *sig_len, tbs, tbs_len) == 1 ||
	    fail(s->key->token, GR_BAD,
		 "what the token made does not verify: the key is another one");
}

static void *new_signing(void *provider, const char *properties)
{
	(void)provider, (void)properties;
	return calloc(1, sizeof(struct signing));
}

static void free_signing(void *context)
{
	struct signing *s = context;

	EVP_MD_CTX_free(s->verifier);
	free(s);
}

static int digest_sign_init(void *context, const char *digest, void *key,
			    const OSSL_PARAM params[])
{
	struct signing *s = context;

	s->key = key;
	EVP_MD_CTX_free(s->verifier);
	s->verifier = EVP_MD_CTX_new();
	return s->key->token && s->verifier &&
	    EVP_DigestVerifyInit_ex(s->verifier, &s->settings, digest, NULL, NULL, s->key->public,
				    params) == 1;
}

static int set_params(void *context, const OSSL_PARAM params[])
{
	struct signing *s = context;

	return !params || EVP_PKEY_CTX_set_params(s->settings, params) == 1;
}

static int get_params(void *context, OSSL_PARAM params[])
{
	struct signing *s = context;

	return EVP_PKEY_CTX_get_params(s->settings, params) == 1;
}

static const OSSL_PARAM *list_params(void *context, void *provider)
{
	static const OSSL_PARAM list[] = {
		OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
		OSSL_PARAM_END
	};

	(void)context, (void)provider;
	return list;
}

#define FUNCTION(id, function) { id, (void (*)(void))function }
const OSSL_DISPATCH token_sign_functions[] = {
	FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, new_signing),
	FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, free_signing),
	FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, digest_sign_init),
	FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, digest_sign),
	FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_params),
	FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, list_params),
	FUNCTION(OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, get_params),
	FUNCTION(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, list_params),
	{ 0, NULL }
};
