/* SPDX-License-Identifier: Apache-2.0 */
/* token_make.c - token_key.h: key pairs made in a token */
#include "complain.h"
#include "pkcs11/module.h"
#include "pkcs11/token.h"
#include "pkcs11/token_key.h"

#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { ID_LEN = 16 };	/* bytes */

static unsigned long bits_of(const struct alg_key *alg)
{
	unsigned long bits = 0;

	if (alg->type == EVP_PKEY_RSA)
		return (unsigned long)alg->bits;
	sscanf(alg->group, "P-%lu", &bits);
	return bits;
}

bool token_key_can_make(const struct token *token, const struct alg_key *alg)
{
	ck_mechanism_type_t mechanism = alg->type == EVP_PKEY_RSA ? CKM_RSA_PKCS_KEY_PAIR_GEN
								  : CKM_EC_KEY_PAIR_GEN;
	struct ck_mechanism_info info;

	return token_has(token, mechanism, CKF_GENERATE_KEY_PAIR, &info) &&
	    info.min_key_size <= bits_of(alg) && bits_of(alg) <= info.max_key_size;
}

bool token_key_can_sign(const struct token *token, const struct alg_sign *alg)
{
	if (alg->pss)
		return token_key_has_pss(token);
	return token_has(token, alg->type == EVP_PKEY_RSA ? CKM_RSA_PKCS : CKM_ECDSA, CKF_SIGN,
			 NULL);
}

static enum status complain_unable(const struct token *token, const struct alg_key *alg,
				   const char *why)
{
	char others[256] = "";
	size_t used = 0;

	for (const struct alg_key *a = alg_key_list(); a->name; a++)
		if (a != alg && token_key_can_make(token, a) && used < sizeof others)
			used += (size_t)snprintf(others + used, sizeof others - used, "%s%s",
						 used ? ", " : "", a->name);
	complain("%s: %s: %s; the token can make %s", token->where, alg->name, why,
		 used ? others : "no key of ours");
	return GR_BAD;
}

struct templates {
	struct ck_attribute public[8], private[12];
	unsigned long publics, privates;
};

static void add(struct ck_attribute *list, unsigned long *count, ck_attribute_type_t type,
		void *value, size_t len)
{
	list[(*count)++] = (struct ck_attribute){ type, value, len };
}

/*
 * strict also says what the key may not do. Some tokens know no such key: tpm2-pkcs11 signs by the
 * TPM's decryption.
 */
static ck_rv_t generate(ck_object_handle_t *public, ck_object_handle_t *private,
			const struct token *token, const struct alg_key *alg,
			const struct object_name *name, bool strict)
{
	static const ck_attribute_type_t forbidden[] = { CKA_DECRYPT, CKA_UNWRAP, CKA_DERIVE,
							 CKA_SIGN_RECOVER };
	bool rsa = alg->type == EVP_PKEY_RSA;
	struct ck_mechanism mechanism = { rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN,
					  NULL, 0 };
	unsigned char yes = 1, no = 0, exponent[] = { 1, 0, 1 }, curve[32], *at = curve;
	int curve_len = rsa ? 0 : i2d_ASN1_OBJECT(OBJ_nid2obj(EC_curve_nist2nid(alg->group)), &at);
	unsigned long bits = bits_of(alg);
	struct templates t = { .publics = 2, .privates = 2 };

	object_name_template(t.public, name);
	object_name_template(t.private, name);
	add(t.public, &t.publics, CKA_TOKEN, &yes, sizeof yes);
	add(t.public, &t.publics, CKA_VERIFY, &yes, sizeof yes);
	if (rsa) {
		add(t.public, &t.publics, CKA_MODULUS_BITS, &bits, sizeof bits);
		add(t.public, &t.publics, CKA_PUBLIC_EXPONENT, exponent, sizeof exponent);
	} else {
		add(t.public, &t.publics, CKA_EC_PARAMS, curve, (size_t)curve_len);
	}
	add(t.private, &t.privates, CKA_TOKEN, &yes, sizeof yes);
	add(t.private, &t.privates, CKA_PRIVATE, &yes, sizeof yes);
	add(t.private, &t.privates, CKA_SENSITIVE, &yes, sizeof yes);
	add(t.private, &t.privates, CKA_EXTRACTABLE, &no, sizeof no);
	add(t.private, &t.privates, CKA_SIGN, &yes, sizeof yes);
	for (size_t i = 0; strict && i < sizeof forbidden / sizeof forbidden[0]; i++)
		add(t.private, &t.privates, forbidden[i], &no, sizeof no);
	return token->f->C_GenerateKeyPair(token->session, &mechanism, t.public, t.publics,
					   t.private, t.privates, public, private);
}

/* Refusals of a template; the last two are what some modules call it. */
static bool is_about_template(ck_rv_t rv)
{
	return rv == CKR_TEMPLATE_INCONSISTENT || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	    rv == CKR_ATTRIBUTE_VALUE_INVALID || rv == CKR_GENERAL_ERROR ||
	    rv == CKR_FUNCTION_FAILED;
}

static enum status make_pair(ck_object_handle_t *public, ck_object_handle_t *private,
			     const struct token *token, const struct alg_key *alg,
			     const struct object_name *name)
{
	struct token_turn turn;
	enum status st;
	ck_rv_t rv;

	if ((st = token_begin_long(token, &turn)) != GR_OK)
		return st;
	rv = generate(public, private, token, alg, name, true);
	if (is_about_template(rv))
		rv = generate(public, private, token, alg, name, false);
	if (rv != CKR_OK)
		st = token_complain(token, alg->name, rv);
	return token_end(&turn, st);
}

enum status token_key_make(EVP_PKEY **public, ck_object_handle_t *private,
			   const struct token *token, const struct alg_key *alg,
			   const struct object_name *name)
{
	ck_object_handle_t handle;
	enum status st;

	if (!token_key_can_make(token, alg))
		return complain_unable(token, alg, "not supported");
	st = make_pair(&handle, private, token, alg, name);
	if (st != GR_OK)
		return st;
	st = object_read_public(public, token, handle);
	if (st == GR_OK)
		return GR_OK;
	object_destroy(token, *private);
	object_destroy(token, handle);
	return st == GR_NO ? complain_unable(token, alg, "the key that it made makes no sense")
			   : st;
}

/* Gives it a random id, unless the URI says one: no two keys may share an id. */
static enum status choose_id(struct uri *uri)
{
	if (uri->id_len)
		return GR_OK;
	uri->id_len = ID_LEN;
	if (RAND_bytes(uri->id, ID_LEN) == 1)
		return GR_OK;
	complain("no random id: %s", complain_openssl());
	return GR_FAIL;
}

static enum status check_free(const struct token *token, const struct object_name *name)
{
	struct object_name either[2] = { *name, *name };
	struct object_list list;
	enum status st;

	either[0].id_len = 0;
	either[1].label[0] = '\0';
	for (size_t i = 0; i < 2; i++) {
		if ((st = object_find(&list, token, OBJECT_PRIVATE, &either[i])) != GR_OK)
			return st;
		if (list.count > 0) {
			complain("%s: a private key with this %s is there already", token->where,
				 i == 0 ? "label" : "id");
			return GR_BAD;
		}
	}
	return GR_OK;
}

enum status token_key_create(EVP_PKEY **public, struct uri *uri, const struct token *token,
			     const struct alg_key *alg)
{
	struct object_name name;
	ck_object_handle_t private;
	enum status st;

	if ((st = choose_id(uri)) != GR_OK)
		return st;
	object_name_of(&name, uri);
	if ((st = check_free(token, &name)) == GR_OK)
		st = token_key_make(public, &private, token, alg, &name);
	return st;
}
