/* SPDX-License-Identifier: Apache-2.0 */
/* token_key_store.c - keys in tokens, for the store */
#include "store/token_key_store.h"
#include "cert.h"
#include "complain.h"
#include "key.h"
#include "pkcs11/referred_key.h"
#include "pkcs11/token_key.h"
#include "store/pair.h"
#include "str.h"
#include "token/configured_token.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

enum { WHICH_MAX = 4 * PATH_MAX };

struct token_key_store {
	struct token *token;	/* NULL: none is open */
	char which[WHICH_MAX];	/* its URI */
};

enum status token_key_store_new(struct token_key_store **keeper)
{
	if ((*keeper = calloc(1, sizeof **keeper)))
		return GR_OK;
	complain("out of memory");
	return GR_FAIL;
}

void token_key_store_close(struct token_key_store *keeper)
{
	if (keeper)
		token_close(keeper->token);
	free(keeper);
}

enum status token_key_store_open(struct token **token, const struct store *store,
				 const struct uri *uri)
{
	struct token_key_store *k = store->keeper;
	struct uri bare = *uri;
	char which[WHICH_MAX];
	enum status st = GR_OK;

	bare.object[0] = bare.type[0] = '\0';
	bare.id_len = 0;
	uri_format(which, sizeof which, &bare);	/* fits: it was one */
	if (!k->token || strcmp(k->which, which) != 0) {
		token_close(k->token);
		k->token = NULL;
		str_copy(k->which, sizeof k->which, which);
		st = configured_token_open(&k->token, &bare, store->conf, &store->was);
	}
	*token = k->token;
	return st;
}

enum status token_key_store_key(EVP_PKEY **key, const struct store *store, const char *text,
				const struct stat *file, const char *where)
{
	struct key_reference reference = { .public = NULL };
	struct token *token;
	enum status st;

	if ((st = key_reference_parse(&reference, text, where, file)) == GR_OK &&
	    !reference.public)
		st = GR_NO;
	if (st == GR_OK && (st = token_key_store_open(&token, store, &reference.uri)) == GR_OK)
		st = referred_key_load(key, token, &reference);
	key_reference_release(&reference);
	return st;
}

static enum status take_text(struct pair *pair, const struct key_reference *reference)
{
	char *text;
	size_t len;
	enum status st = key_reference_format(&text, &len, reference);

	if (st != GR_OK)
		return st;
	key_wipe(pair->key_pem, pair->key_len);
	pair->key_pem = text;
	pair->key_len = len;
	return GR_OK;
}

enum status token_key_store_certificate(struct pair *pair, const struct store *store)
{
	struct cert cert = { 0 };
	struct object_name name;
	ck_object_handle_t object;
	struct token *token;
	X509 *x509 = NULL;
	struct uri uri;
	enum status st;

	if ((st = uri_parse(&uri, store->certificate.path, "certificateFilePath")) != GR_OK ||
	    (st = token_key_store_open(&token, store, &uri)) != GR_OK)
		return st;
	object_name_of(&name, &uri);
	if ((st = object_find_one(&object, token, OBJECT_CERTIFICATE, &name)) != GR_OK ||
	    (st = object_read_certificate(&x509, token, object)) != GR_OK ||
	    (st = cert_from_x509(&cert, x509, store->certificate.path)) != GR_OK)
		return st;
	st = cert_pem(&pair->cert_pem, &pair->cert_len, &cert);
	cert_release(&cert);
	return st;
}

static enum status refuse(const struct store *store, const char *why)
{
	complain("%s: %s", store->key.path, why);
	return GR_BAD;
}

/* No second key may share the id, and what a runtime takes for a pair must have the same one. */
static enum status check_id(const struct token *token, const struct object_name *key,
			    const struct store *store)
{
	struct object_name name = { .id_len = key->id_len }, certificate;
	ck_object_handle_t object;
	struct object_list list;
	struct uri uri;
	enum status st;

	if (key->id_len == 0)
		return refuse(store, "the private key has no id (CKA_ID); give it one of its own");
	memcpy(name.id, key->id, key->id_len);
	if ((st = object_find(&list, token, OBJECT_PRIVATE, &name)) != GR_OK)
		return st;
	if (list.count > 1)
		return refuse(store,
			      "another private key has the same id (CKA_ID); give each its own");
	if (!store->certificate.token)
		return GR_OK;
	if ((st = uri_parse(&uri, store->certificate.path, "certificateFilePath")) != GR_OK)
		return st;
	object_name_of(&name, &uri);
	if ((st = object_find_one(&object, token, OBJECT_CERTIFICATE, &name)) != GR_OK ||
	    (st = object_read_name(&certificate, token, object)) != GR_OK ||
	    object_same_id(&certificate, key))
		return st;
	return refuse(
	    store,
	    "the certificate has another id (CKA_ID) than its private key; give both the same");
}

/* The private key that the reference names, proven to be the certificate's by a signature. */
static enum status find(struct key_reference *reference, const struct store *store)
{
	struct object_name name, found;
	ck_object_handle_t object;
	struct token *token;
	EVP_PKEY *key;
	enum status st;

	object_name_of(&name, &reference->uri);
	if ((st = token_key_store_open(&token, store, &reference->uri)) != GR_OK ||
	    (st = object_find_one(&object, token, OBJECT_PRIVATE, &name)) != GR_OK ||
	    (st = object_read_name(&found, token, object)) != GR_OK ||
	    (st = check_id(token, &found, store)) != GR_OK ||
	    (st = token_key_wrap(&key, token, object, reference->public)) != GR_OK)
		return st;
	if (!key_signs(key)) {
		complain("%s: does not sign for the certificate: %s", store->key.path,
			 complain_openssl());
		st = token_key_failure(key);
	}
	EVP_PKEY_free(key);
	str_copy(reference->uri.object, sizeof reference->uri.object, found.label);
	memcpy(reference->uri.id, found.id, found.id_len);
	reference->uri.id_len = found.id_len;
	str_copy(reference->uri.type, sizeof reference->uri.type, "private");
	reference->has_shown = store->key.token;
	reference->shown = found;
	return st;
}

enum status token_key_store_resolve(struct pair *pair, const struct store *store)
{
	struct key_reference reference = { .public = NULL };
	EVP_PKEY *public = X509_get0_pubkey(pair->cert.x509);
	enum status st = key_reference_parse(&reference, pair->key_pem, store->key.path,
					     &pair->key_stat);

	if (st == GR_OK && !reference.public && EVP_PKEY_up_ref(public))
		reference.public = public;
	if (st == GR_OK && (st = find(&reference, store)) == GR_OK)
		st = take_text(pair, &reference);
	key_reference_release(&reference);
	return st;
}

enum status token_key_store_own_name(struct uri *uri, const char *stem, uint32_t n)
{
	str_copy(uri->type, sizeof uri->type, "private");
	uri->id_len = TOKEN_KEY_STORE_ID_LEN;
	if (RAND_bytes(uri->id, TOKEN_KEY_STORE_ID_LEN) == 1 &&
	    str_format(uri->object, sizeof uri->object, "%s.%lu", stem, (unsigned long)n))
		return GR_OK;
	complain("%s: no name for a key: the label is too long, or %s", stem, complain_openssl());
	return GR_BAD;
}

enum status token_key_store_check_movable(const struct pair *pair, const struct store *store)
{
	struct key_reference reference = { .public = NULL };
	ck_object_handle_t object;
	struct token *token;
	enum status st;

	if (!pair->in_token || !store->key.token)
		return GR_OK;
	if ((st = key_reference_parse(&reference, pair->key_pem, store->key.path,
				      &pair->key_stat)) == GR_OK &&
	    (st = token_key_store_open(&token, store, &reference.uri)) == GR_OK &&
	    (st = object_find_one(&object, token, OBJECT_PRIVATE, &reference.shown)) == GR_OK &&
	    (st = object_can_move(token, object)) == GR_NO)
		st = refuse(store,
			    "the token can neither copy nor rename this key; let privateKeyPath "
			    "name a file that holds the URI");
	key_reference_release(&reference);
	return st;
}

enum status token_key_store_name(struct pair *pair, const struct store *store, uint32_t n)
{
	struct key_reference reference = { .public = NULL };
	enum status st;

	if (!pair->in_token || !store->key.token)
		return GR_OK;
	if ((st = key_reference_parse(&reference, pair->key_pem, store->key.path,
				      &pair->key_stat)) == GR_OK &&
	    (st = token_key_store_own_name(&reference.uri, reference.shown.label, n)) == GR_OK)
		st = take_text(pair, &reference);
	key_reference_release(&reference);
	return st;
}
