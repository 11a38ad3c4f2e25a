/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - keys and certificates in a token */
#include "pkcs11/object.h"
#include "complain.h"
#include "pkcs11/module.h"
#include "pkcs11/token.h"
#include "str.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <string.h>

enum { ATTRIBUTE_MAX = 16384 };	/* bytes of a certificate, or of a public key's part */

static const struct {
	const char *name;
	ck_object_class_t class;
} classes[OBJECT_CLASSES] = {
	[OBJECT_PRIVATE]     = { "private key", CKO_PRIVATE_KEY },
	[OBJECT_PUBLIC]      = { "public key", CKO_PUBLIC_KEY },
	[OBJECT_CERTIFICATE] = { "certificate", CKO_CERTIFICATE },
};

const char *object_class_name(enum object_class class)
{
	return classes[class].name;
}

void object_name_of(struct object_name *name, const struct uri *uri)
{
	str_copy(name->label, sizeof name->label, uri->object);
	memcpy(name->id, uri->id, uri->id_len);
	name->id_len = uri->id_len;
}

bool object_same_id(const struct object_name *a, const struct object_name *b)
{
	return a->id_len == b->id_len && memcmp(a->id, b->id, a->id_len) == 0;
}

static ck_rv_t find(struct object_list *list, const struct token *token,
		    struct ck_attribute *template, unsigned long count)
{
	unsigned long found = 0;
	ck_rv_t rv = token->f->C_FindObjectsInit(token->session, template, count), end;

	if (rv != CKR_OK)
		return rv;
	/* Some modules give one at a time however many are asked for. */
	do {
		rv = token->f->C_FindObjects(token->session, list->handle + list->count,
					     OBJECTS_MAX - list->count, &found);
		list->count += rv == CKR_OK ? found : 0;
	} while (rv == CKR_OK && found > 0 && list->count < OBJECTS_MAX);
	end = token->f->C_FindObjectsFinal(token->session);
	return rv != CKR_OK ? rv : end;
}

enum status object_find(struct object_list *list, const struct token *token,
			enum object_class class, const struct object_name *name)
{
	ck_object_class_t value = classes[class].class;
	struct ck_attribute template[3] = { { CKA_CLASS, &value, sizeof value } };
	unsigned long count = 1;
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	list->count = 0;
	if (name->label[0])
		template[count++] = (struct ck_attribute){ CKA_LABEL, (void *)name->label,
							   strlen(name->label) };
	if (name->id_len)
		template[count++] = (struct ck_attribute){ CKA_ID, (void *)name->id,
							   name->id_len };
	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	rv = find(list, token, template, count);
	if (rv != CKR_OK)
		st = token_complain(token, "objects cannot be searched for", rv);
	st = token_end(&turn, st);
	if (st != GR_OK || list->count < OBJECTS_MAX)
		return st;
	complain("%s: %d objects or more are called %s", token->where, OBJECTS_MAX, name->label);
	return GR_BAD;
}

enum status object_find_one(ck_object_handle_t *object, const struct token *token,
			    enum object_class class, const struct object_name *name)
{
	struct object_list list;
	enum status st = object_find(&list, token, class, name);

	if (st != GR_OK)
		return st;
	if (list.count > 1) {
		complain("%s: more than one %s %s %s", token->where, object_class_name(class),
			 name->label[0] ? "is called" : "has the same id", name->label);
		return GR_BAD;
	}
	if (list.count == 1)
		*object = list.handle[0];
	return list.count == 1 ? GR_OK : GR_NO;
}

enum status object_read(void *to, size_t *len, size_t size, const struct token *token,
			ck_object_handle_t object, ck_attribute_type_t type)
{
	struct ck_attribute attribute = { type, to, size };
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	rv = token->f->C_GetAttributeValue(token->session, object, &attribute, 1);
	if (rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	    (rv == CKR_OK && attribute.value_len == CK_UNAVAILABLE_INFORMATION))
		st = GR_NO;
	else if (rv != CKR_OK)
		st = token_complain(token, "an attribute cannot be read", rv);
	*len = attribute.value_len;
	return token_end(&turn, st);
}

enum status object_read_name(struct object_name *name, const struct token *token,
			     ck_object_handle_t object)
{
	enum status st;
	size_t len;

	*name = (struct object_name){ .id_len = 0 };
	st = object_read(name->label, &len, sizeof name->label - 1, token, object, CKA_LABEL);
	if (st != GR_OK && st != GR_NO)
		return st;
	st = object_read(name->id, &name->id_len, sizeof name->id, token, object, CKA_ID);
	if (st != GR_NO)
		return st;
	name->id_len = 0;
	return GR_OK;
}

void object_name_template(struct ck_attribute *to, const struct object_name *name)
{
	to[0] = (struct ck_attribute){ CKA_LABEL, (void *)name->label, strlen(name->label) };
	to[1] = (struct ck_attribute){ CKA_ID, (void *)name->id, name->id_len };
}

static bool is_unable(ck_rv_t rv)
{
	return rv == CKR_FUNCTION_NOT_SUPPORTED || rv == CKR_ACTION_PROHIBITED ||
	    rv == CKR_ATTRIBUTE_READ_ONLY;
}

enum status object_copy(ck_object_handle_t *copy, const struct token *token,
			ck_object_handle_t object, const struct object_name *name)
{
	struct ck_attribute template[2];
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	object_name_template(template, name);
	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	rv = token->f->C_CopyObject(token->session, object, template, 2, copy);
	if (is_unable(rv))
		st = GR_NO;
	else if (rv != CKR_OK)
		st = token_complain(token, "an object cannot be copied", rv);
	return token_end(&turn, st);
}

enum status object_rename(const struct token *token, ck_object_handle_t object,
			  const struct object_name *name)
{
	struct ck_attribute template[2];
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	object_name_template(template, name);
	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	rv = token->f->C_SetAttributeValue(token->session, object, template, 2);
	if (is_unable(rv))
		st = GR_NO;
	else if (rv != CKR_OK)
		st = token_complain(token, "an object cannot be renamed", rv);
	return token_end(&turn, st);
}

enum status object_can_move(const struct token *token, ck_object_handle_t object)
{
	unsigned char no = 0;
	struct ck_attribute for_session = { CKA_TOKEN, &no, sizeof no };
	struct object_name name;
	struct token_turn turn;
	ck_object_handle_t copy;
	enum status st;
	ck_rv_t rv;

	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	rv = token->f->C_CopyObject(token->session, object, &for_session, 1, &copy);
	if (rv == CKR_OK)
		token->f->C_DestroyObject(token->session, copy);
	else
		st = GR_NO;
	st = token_end(&turn, st);
	if (st != GR_NO)
		return st;
	st = object_read_name(&name, token, object);
	return st == GR_OK ? object_rename(token, object, &name) : st;
}

enum status object_destroy(const struct token *token, ck_object_handle_t object)
{
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	rv = token->f->C_DestroyObject(token->session, object);
	if (rv != CKR_OK)
		st = token_complain(token, "an object cannot be destroyed", rv);
	return token_end(&turn, st);
}

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

/* *key stays NULL where the attributes make no key. */
static enum status read_rsa(EVP_PKEY **key, const struct token *token, ck_object_handle_t object,
			    const unsigned char *modulus, size_t modulus_len)
{
	unsigned char exponent[ATTRIBUTE_MAX];
	enum status st;
	size_t len;

	st = object_read(exponent, &len, sizeof exponent, token, object, CKA_PUBLIC_EXPONENT);
	if (st == GR_OK)
		*key = rsa_key(modulus, modulus_len, exponent, len);
	return st;
}

/* The same for EC. */
static enum status read_ec(EVP_PKEY **key, const struct token *token, ck_object_handle_t object)
{
	unsigned char params[ATTRIBUTE_MAX], point[ATTRIBUTE_MAX];
	size_t params_len, point_len;
	const char *group;
	enum status st;

	st = object_read(params, &params_len, sizeof params, token, object, CKA_EC_PARAMS);
	if (st != GR_OK)
		return st;
	st = object_read(point, &point_len, sizeof point, token, object, CKA_EC_POINT);
	if (st != GR_OK)
		return st;
	group = group_of(params, params_len);
	if (group)
		*key = ec_key(group, point, point_len);
	return GR_OK;
}

enum status object_read_public(EVP_PKEY **key, const struct token *token,
			       ck_object_handle_t object)
{
	unsigned char modulus[ATTRIBUTE_MAX];
	size_t len;
	enum status st;

	st = object_read(modulus, &len, sizeof modulus, token, object, CKA_MODULUS);
	if (st != GR_OK && st != GR_NO)
		return st;
	*key = NULL;
	if (st == GR_OK && len > 0)
		st = read_rsa(key, token, object, modulus, len);
	else
		st = read_ec(key, token, object);
	if (*key)
		return GR_OK;
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

	st = object_read(der, &len, sizeof der, token, object, CKA_VALUE);
	if (st != GR_OK && st != GR_NO)
		return st;
	if (st == GR_OK) {
		*certificate = d2i_X509(NULL, &at, (long)len);
		if (*certificate)
			return GR_OK;
	}
	complain("%s: a certificate is malformed: %s", token->where, complain_openssl());
	return GR_BAD;
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

static enum status put(const struct token *token, const struct encoding *e,
		       const struct object_name *name)
{
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	st = token_begin(token, &turn);
	if (st != GR_OK)
		return st;
	rv = create(token, e, name);
	if (rv != CKR_OK)
		st = token_complain(token, "a certificate cannot be stored", rv);
	return token_end(&turn, st);
}

enum status object_put_certificate(const struct token *token, X509 *certificate,
				   const struct object_name *name)
{
	struct encoding e = { 0 };
	enum status st = GR_FAIL;

	if (encode(&e, certificate))
		st = put(token, &e, name);
	else
		complain("%s: a certificate cannot be encoded: %s", token->where,
			 complain_openssl());
	OPENSSL_free(e.value);
	OPENSSL_free(e.subject);
	OPENSSL_free(e.issuer);
	OPENSSL_free(e.serial);
	return st;
}
