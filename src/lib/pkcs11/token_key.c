/* SPDX-License-Identifier: Apache-2.0 */
/* token_key.c - private keys in a token, for OpenSSL */
#include "pkcs11/token_key.h"
#include "complain.h"
#include "pkcs11/module.h"
#include "pkcs11/token.h"
#include "pkcs11/token_sign.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDER "gr-token"
#define HANDLE "gr-token-key"	/* the parameter by which token_key_wrap hands its struct over */

bool token_key_has_pss(const struct token *token)
{
	return token_has(token, CKM_RSA_PKCS_PSS, CKF_SIGN, NULL) ||
	    token_has(token, CKM_RSA_X_509, CKF_SIGN, NULL);
}

static void *new_key(void *provider)
{
	(void)provider;
	return calloc(1, sizeof(struct token_key));
}

static void free_key(void *data)
{
	struct token_key *key = data;

	if (key)
		EVP_PKEY_free(key->public);
	free(key);
}

/* Another provider's public key, which OpenSSL brings in to have it compared with one of ours. */
static int import_public(struct token_key *key, const char *type, const OSSL_PARAM params[])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	int ok = ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key->public, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *)params) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static int import(struct token_key *key, const char *type, const OSSL_PARAM params[])
{
	const OSSL_PARAM *handle = OSSL_PARAM_locate_const(params, HANDLE);
	const void *from;
	size_t len;

	if (!handle)
		return import_public(key, type, params);
	if (!OSSL_PARAM_get_octet_ptr(handle, &from, &len) || len != sizeof *key)
		return 0;
	memcpy(key, from, sizeof *key);
	return EVP_PKEY_up_ref(key->public);
}

static int import_rsa(void *key, int selection, const OSSL_PARAM params[])
{
	(void)selection;
	return import(key, "RSA", params);
}

static int import_ec(void *key, int selection, const OSSL_PARAM params[])
{
	(void)selection;
	return import(key, "EC", params);
}

/* A private key goes nowhere, and by this refusal OpenSSL knows that it must sign with us. */
static int export(void *data, int selection, OSSL_CALLBACK *take, void *arg)
{
	const struct token_key *key = data;

	return !(selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) &&
	    EVP_PKEY_export(key->public, selection, take, arg) == 1;
}

static int has(const void *data, int selection)
{
	const struct token_key *key = data;

	return key->public && (key->token || !(selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY));
}

static int match(const void *a, const void *b, int selection)
{
	(void)selection;
	return EVP_PKEY_eq(((const struct token_key *)a)->public,
			   ((const struct token_key *)b)->public) == 1;
}

/* The struct itself is for token_key_check_sign. */
static int get_params(void *data, OSSL_PARAM params[])
{
	OSSL_PARAM *handle = OSSL_PARAM_locate(params, HANDLE);

	if (handle)
		return OSSL_PARAM_set_octet_ptr(handle, data, sizeof(struct token_key));
	return EVP_PKEY_get_params(((const struct token_key *)data)->public, params) == 1;
}

static const OSSL_PARAM *list_params(void *provider)
{
	static const OSSL_PARAM list[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
		OSSL_PARAM_END
	};

	(void)provider;
	return list;
}

static const OSSL_PARAM *list_parts(int selection)
{
	(void)selection;
	return list_params(NULL);
}

static const char *name_operation(int operation)
{
	return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

#define FUNCTION(id, function) { id, (void (*)(void))function }
#define COMMON \
	FUNCTION(OSSL_FUNC_KEYMGMT_NEW, new_key), FUNCTION(OSSL_FUNC_KEYMGMT_FREE, free_key), \
	    FUNCTION(OSSL_FUNC_KEYMGMT_HAS, has), FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, match), \
	    FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, list_parts), \
	    FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, list_parts), \
	    FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT, export), \
	    FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params), \
	    FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, list_params)

static const OSSL_DISPATCH rsa_functions[] = { COMMON,
					       FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, import_rsa),
					       { 0, NULL } };
static const OSSL_DISPATCH ec_functions[] = {
	COMMON, FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, import_ec),
	FUNCTION(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, name_operation), { 0, NULL }
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
	static const OSSL_ALGORITHM keys[] = {
		{ "RSA:rsaEncryption", "provider=" PROVIDER, rsa_functions, NULL },
		{ "EC:id-ecPublicKey", "provider=" PROVIDER, ec_functions, NULL },
		{ NULL, NULL, NULL, NULL }
	};
	static const OSSL_ALGORITHM signatures[] = {
		{ "RSA:rsaEncryption", "provider=" PROVIDER, token_sign_functions, NULL },
		{ "ECDSA", "provider=" PROVIDER, token_sign_functions, NULL },
		{ NULL, NULL, NULL, NULL }
	};

	(void)provider;
	*no_cache = 0;
	return operation == OSSL_OP_KEYMGMT  ? keys
	    : operation == OSSL_OP_SIGNATURE ? signatures
					     : NULL;
}

static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *from_core,
		 const OSSL_DISPATCH **functions, void **provider)
{
	static const OSSL_DISPATCH own[] = { FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
					     { 0, NULL } };

	(void)handle, (void)from_core;
	*functions = own;
	*provider = (void *)own;	/* there is nothing to hold, but NULL means failure */
	return 1;
}

/* The default provider is there for the encoders: a public key has to be written out. */
static bool make_context(struct token *token)
{
	if (token->keys)
		return true;
	token->keys = OSSL_LIB_CTX_new();
	return token->keys && OSSL_PROVIDER_add_builtin(token->keys, PROVIDER, start) == 1 &&
	       (token->providers[0] = OSSL_PROVIDER_load(token->keys, "default")) &&
	       (token->providers[1] = OSSL_PROVIDER_load(token->keys, PROVIDER));
}

/* NULL: the key is in no token. */
static struct token_key *own_of(EVP_PKEY *key)
{
	void *handle = NULL;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_ptr(HANDLE, &handle, 0),
				OSSL_PARAM_construct_end() };

	return EVP_PKEY_get_params(key, params) == 1 && handle &&
		((struct token_key *)handle)->token
	    ? handle
	    : NULL;
}

static const struct token *token_of(EVP_PKEY *key)
{
	const struct token_key *own = own_of(key);

	return own ? own->token : NULL;
}

bool token_key_is_lost(EVP_PKEY *key)
{
	const struct token *token = token_of(key);

	return token && token->lost;
}

static enum status look(struct token_key *own)
{
	struct object_name name = own->name;
	enum status st;

	if (name.id_len)
		name.label[0] = '\0';
	if ((st = object_find_one(&own->object, own->token, OBJECT_PRIVATE, &name)) == GR_OK)
		own->connection = own->token->connections;
	if (st == GR_NO)
		complain("%s: the private key %s is not there", own->token->where,
			 own->name.label);
	return st == GR_NO ? GR_BAD : st;
}

enum status token_key_ready(EVP_PKEY *key)
{
	struct token_key *own = own_of(key);
	enum status st;

	if (!own)
		return GR_OK;
	if ((st = token_ready(own->token)) != GR_OK || own->connection == own->token->connections)
		return st;
	return look(own);
}

enum status token_key_failure(EVP_PKEY *key)
{
	const struct token *token = token_of(key);

	return token && token->failed == GR_FAIL ? GR_FAIL : GR_BAD;
}

enum status token_key_check_sign(EVP_PKEY *key, const struct alg_sign *alg)
{
	const struct token *token = token_of(key);
	char others[256] = "";
	size_t used = 0;

	if (!token || token_key_can_sign(token, alg))
		return GR_OK;
	for (const struct alg_sign *a = alg_sign_list(); a->name; a++)
		if (a->type == alg->type && token_key_can_sign(token, a) && used < sizeof others)
			used += (size_t)snprintf(others + used, sizeof others - used, "%s%s",
						 used ? ", " : "", a->name);
	complain("%s: %s: not supported; the token can sign %s", token->where, alg->name,
		 used ? others : "nothing with such a key");
	return GR_BAD;
}

static enum status wrap(EVP_PKEY **key, struct token_key *own)
{
	void *handle = own;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_ptr(HANDLE, &handle, sizeof *own),
				OSSL_PARAM_construct_end() };
	const char *type = EVP_PKEY_is_a(own->public, "EC") ? "EC" : "RSA";
	EVP_PKEY_CTX *ctx = make_context(own->token)
	    ? EVP_PKEY_CTX_new_from_name(own->token->keys, type, "provider=" PROVIDER)
	    : NULL;
	EVP_PKEY *made = NULL;

	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_KEYPAIR, params) == 1)
		*key = made;
	else
		complain("%s: the private key cannot be handed to OpenSSL: %s", own->token->where,
			 complain_openssl());
	EVP_PKEY_CTX_free(ctx);
	return made ? GR_OK : GR_FAIL;
}

enum status token_key_wrap(EVP_PKEY **key, struct token *token, ck_object_handle_t object,
			   EVP_PKEY *public)
{
	struct token_key own = { .token = token,
				 .object = object,
				 .connection = token->connections,
				 .public = public };

	return wrap(key, &own);
}

enum status token_key_promise(EVP_PKEY **key, struct token *token, const struct object_name *name,
			      EVP_PKEY *public)
{
	struct token_key own = { .token = token, .name = *name, .public = public };

	return wrap(key, &own);
}
