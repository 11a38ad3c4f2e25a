/* SPDX-License-Identifier: Apache-2.0 */
/* object_value.c - object.h: what public keys and certificates in a token are */
#include "complain.h"
#include "pkcs11/object.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum { ATTRIBUTE_MAX = 16384 };	/* bytes of a certificate, or of a public key's part */

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *key = NULL;

	if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *rsa_key(const unsigned char *modulus, size_t modulus_len,
			 const unsigned char *exponent, size_t exponent_len)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus, (int)modulus_len, NULL),
	       *e = BN_bin2bn(exponent, (int)exponent_len, NULL);
	EVP_PKEY *key = NULL;

	if (build && n && e && !BN_is_zero(n) && !BN_is_zero(e) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key = from_params("RSA", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return key;
}

/* CKA_EC_POINT is an OCTET STRING around the point; some tokens leave that out. */
static EVP_PKEY *ec_key(const char *group, const unsigned char *point, size_t len)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	const unsigned char *at = point;
	ASN1_OCTET_STRING *inner = d2i_ASN1_OCTET_STRING(NULL, &at, (long)len);
	EVP_PKEY *key = NULL;

	if (inner && at == point + len) {
		point = ASN1_STRING_get0_data(inner);
		len = (size_t)ASN1_STRING_length(inner);
	}
	if (build &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1)
		key = from_params("EC", build);
	OSSL_PARAM_BLD_free(build);
	ASN1_OCTET_STRING_free(inner);
	return key;
}

/*
 * The name of the curve whose object identifier params is; NULL: another, or explicit parameters.
 */
static const char *group_of(const unsigned char *params, size_t len)
{
	ASN1_OBJECT *oid = d2i_ASN1_OBJECT(NULL, &params, (long)len);
	int nid = OBJ_obj2nid(oid);

	ASN1_OBJECT_free(oid);
	return nid == NID_undef ? NULL : OBJ_nid2sn(nid);
}

enum status object_read_public(EVP_PKEY **key, const struct token *token,
			       ck_object_handle_t object)
{
	unsigned char a[ATTRIBUTE_MAX], b[ATTRIBUTE_MAX];
	EVP_PKEY *made = NULL;
	const char *group;
	size_t alen, blen;
	enum status st;

	if ((st = object_read(a, &alen, sizeof a, token, object, CKA_MODULUS)) == GR_OK &&
	    alen > 0) {
		if ((st = object_read(b, &blen, sizeof b, token, object, CKA_PUBLIC_EXPONENT)) ==
		    GR_OK)
			made = rsa_key(a, alen, b, blen);
	} else if (st == GR_OK || st == GR_NO) {
		if ((st = object_read(a, &alen, sizeof a, token, object, CKA_EC_PARAMS)) ==
			GR_OK &&
		    (st = object_read(b, &blen, sizeof b, token, object, CKA_EC_POINT)) == GR_OK &&
		    (group = group_of(a, alen)))
			made = ec_key(group, b, blen);
	}
	if (made) {
		*key = made;
		return GR_OK;
	}
	ERR_clear_error();
	return st == GR_OK ? GR_NO : st;
}

enum status object_read_certificate(X509 **certificate, const struct token *token,
				    ck_object_handle_t object)
{
	unsigned char der[ATTRIBUTE_MAX];
	const unsigned char *at = der;
	enum status st;
	size_t len;

	if ((st = object_read(der, &len, sizeof der, token, object, CKA_VALUE)) == GR_OK &&
	    (*certificate = d2i_X509(NULL, &at, (long)len)))
		return GR_OK;
	if (st == GR_OK || st == GR_NO)
		complain("%s: a certificate is malformed: %s", token->where, complain_openssl());
	return st == GR_OK || st == GR_NO ? GR_BAD : st;
}

/* The fields that PKCS#11 wants beside the certificate, in DER: free them. */
struct encoding {
	unsigned char *value, *subject, *issuer, *serial;
	int value_len, subject_len, issuer_len, serial_len;
};

static bool encode(struct encoding *e, X509 *certificate)
{
	e->value_len = i2d_X509(certificate, &e->value);
	e->subject_len = i2d_X509_NAME(X509_get_subject_name(certificate), &e->subject);
	e->issuer_len = i2d_X509_NAME(X509_get_issuer_name(certificate), &e->issuer);
	e->serial_len = i2d_ASN1_INTEGER(X509_get_serialNumber(certificate), &e->serial);
	return e->value_len > 0 && e->subject_len > 0 && e->issuer_len > 0 && e->serial_len > 0;
}

static ck_rv_t create(const struct token *token, const struct encoding *e,
		      const struct object_name *name)
{
	ck_object_class_t class = CKO_CERTIFICATE;
	ck_certificate_type_t type = CKC_X_509;
	unsigned char yes = 1, no = 0;
	ck_object_handle_t made;
	struct ck_attribute template[10] = {
		[2] = { CKA_CLASS, &class, sizeof class },
		{ CKA_CERTIFICATE_TYPE, &type, sizeof type },
		{ CKA_TOKEN, &yes, sizeof yes },
		{ CKA_PRIVATE, &no, sizeof no },
		{ CKA_SUBJECT, e->subject, (unsigned long)e->subject_len },
		{ CKA_ISSUER, e->issuer, (unsigned long)e->issuer_len },
		{ CKA_SERIAL_NUMBER, e->serial, (unsigned long)e->serial_len },
		{ CKA_VALUE, e->value, (unsigned long)e->value_len }
	};

	object_name_template(template, name);
	return token->f->C_CreateObject(token->session, template, 10, &made);
}

enum status object_put_certificate(const struct token *token, X509 *certificate,
				   const struct object_name *name)
{
	struct encoding e = { 0 };
	struct token_turn turn;
	enum status st = GR_FAIL;
	ck_rv_t rv;

	if (!encode(&e, certificate)) {
		complain("%s: a certificate cannot be encoded: %s", token->where,
			 complain_openssl());
	} else if ((st = token_begin(token, &turn)) == GR_OK) {
		if ((rv = create(token, &e, name)) != CKR_OK)
			st = token_complain(token, "a certificate cannot be stored", rv);
		st = token_end(&turn, st);
	}
	OPENSSL_free(e.value);
	OPENSSL_free(e.subject);
	OPENSSL_free(e.issuer);
	OPENSSL_free(e.serial);
	return st;
}
