/* SPDX-License-Identifier: Apache-2.0 */
/* token_adoption.c - keys that somebody else put into a token */
#include "store/token_adoption.h"
#include "complain.h"
#include "key.h"
#include "pkcs11/key_reference.h"
#include "pkcs11/object.h"
#include "pkcs11/token_key.h"
#include "store/token_objects.h"
#include "str.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

static enum status refuse(const struct store *store, const char *why)
{
	complain("%s: %s", store->key.path, why);
	return GR_BAD;
}

static enum status read_certificate(struct generation_file *file, const struct token *token,
				    const struct uri *uri, const char *where)
{
	struct cert cert = { 0 };
	struct object_name name;
	ck_object_handle_t object;
	X509 *x509 = NULL;
	enum status st;

	object_name_of(&name, uri);
	st = object_find_one(&object, token, OBJECT_CERTIFICATE, &name);
	if (st != GR_OK)
		return st;
	st = object_read_certificate(&x509, token, object);
	if (st != GR_OK)
		return st;
	st = cert_from_x509(&cert, x509, where);
	if (st != GR_OK)
		return st;
	st = cert_pem(&file->data, &file->len, &cert);
	cert_release(&cert);
	return st;
}

enum status token_adoption_read_certificate(struct generation_file *file,
					    const struct store *store)
{
	struct token *token;
	struct uri uri;
	enum status st;

	st = uri_parse(&uri, store->certificate.path, "certificateFilePath");
	if (st != GR_OK)
		return st;
	st = token_objects_open(&token, store, &uri);
	if (st != GR_OK)
		return st;
	return read_certificate(file, token, &uri, store->certificate.path);
}

/* What a runtime takes for a pair must have one id. key: the name of the private key. */
static enum status check_certificate_id(const struct token *token, const struct object_name *key,
					const struct store *store)
{
	struct object_name name, certificate;
	ck_object_handle_t object;
	struct uri uri;
	enum status st;

	if (!store->certificate.token)
		return GR_OK;
	st = uri_parse(&uri, store->certificate.path, "certificateFilePath");
	if (st != GR_OK)
		return st;
	object_name_of(&name, &uri);
	st = object_find_one(&object, token, OBJECT_CERTIFICATE, &name);
	if (st != GR_OK)
		return st;
	st = object_read_name(&certificate, token, object);
	if (st != GR_OK || object_same_id(&certificate, key))
		return st;
	return refuse(
	    store,
	    "the certificate has another id (CKA_ID) than its private key; give both the same");
}

/* No second key may have the id. */
static enum status check_id(const struct token *token, const struct object_name *key,
			    const struct store *store)
{
	struct object_name id = *key;
	struct object_list list;
	enum status st;

	if (key->id_len == 0)
		return refuse(store, "the private key has no id (CKA_ID); give it one of its own");
	id.label[0] = '\0';
	st = object_find(&list, token, OBJECT_PRIVATE, &id);
	if (st != GR_OK)
		return st;
	if (list.count > 1)
		return refuse(store,
			      "another private key has the same id (CKA_ID); give each its own");
	return GR_OK;
}

static enum status check_signs(struct token *token, ck_object_handle_t object, EVP_PKEY *public,
			       const struct store *store)
{
	EVP_PKEY *key;
	enum status st;

	st = token_key_wrap(&key, token, object, public);
	if (st != GR_OK)
		return st;
	if (!key_signs(key)) {
		complain("%s: does not sign for the certificate: %s", store->key.path,
			 complain_openssl());
		st = token_key_failure(key);
	}
	EVP_PKEY_free(key);
	return st;
}

/* The private key that the URI names, if it signs for public. GR_NO, silent: there is none. */
static enum status find_key(struct object_name *found, const struct uri *uri, EVP_PKEY *public,
			    const struct store *store)
{
	struct object_name name;
	ck_object_handle_t object;
	struct token *token;
	enum status st;

	object_name_of(&name, uri);
	st = token_objects_open(&token, store, uri);
	if (st != GR_OK)
		return st;
	st = object_find_one(&object, token, OBJECT_PRIVATE, &name);
	if (st != GR_OK)
		return st;
	st = object_read_name(found, token, object);
	if (st != GR_OK)
		return st;
	st = check_id(token, found, store);
	if (st != GR_OK)
		return st;
	st = check_certificate_id(token, found, store);
	return st == GR_OK ? check_signs(token, object, public, store) : st;
}

static void take_name(struct key_reference *reference, const struct object_name *found,
		      bool shown)
{
	struct uri *uri = &reference->uri;

	str_copy(uri->object, sizeof uri->object, found->label);
	memcpy(uri->id, found->id, found->id_len);
	uri->id_len = found->id_len;
	str_copy(uri->type, sizeof uri->type, "private");
	reference->has_shown = shown;
	reference->shown = *found;
}

static enum status replace_text(struct generation_file *file,
				const struct key_reference *reference)
{
	char *text;
	size_t len;
	enum status st = key_reference_format(&text, &len, reference);

	if (st != GR_OK)
		return st;
	key_wipe(file->data, file->len);
	file->data = text;
	file->len = len;
	return GR_OK;
}

/* Only the token knows the id; only the certificate may know the public key. */
static enum status complete(struct pair *pair, const struct store *store, const struct cert *cert)
{
	EVP_PKEY *public = X509_get0_pubkey(cert->x509);
	struct key_reference reference = { .public = NULL };
	struct object_name found;
	enum status st;

	st = key_reference_parse(&reference, pair->key_file.data, store->key.path,
				 &pair->key_file.stat);
	if (st == GR_OK && !reference.public && EVP_PKEY_up_ref(public))
		reference.public = public;
	if (st == GR_OK)
		st = find_key(&found, &reference.uri, reference.public, store);
	if (st == GR_OK) {
		take_name(&reference, &found, store->key.token);
		st = replace_text(&pair->key_file, &reference);
	}
	key_reference_release(&reference);
	return st;
}

enum status token_adoption_complete(struct pair *pair, const struct store *store)
{
	struct cert cert = { 0 };
	enum status st;

	if (!key_reference_is_bare(pair->key_file.data))
		return GR_OK;
	st = cert_from_pem(&cert, pair->cert_file.data, pair->cert_file.len,
			   store->certificate.path);
	if (st != GR_OK)
		return st;
	st = complete(pair, store, &cert);
	cert_release(&cert);
	return st;
}

static enum status check_can_move(const struct key_reference *reference,
				  const struct store *store)
{
	ck_object_handle_t object;
	struct token *token;
	enum status st;

	st = token_objects_open(&token, store, &reference->uri);
	if (st != GR_OK)
		return st;
	st = object_find_one(&object, token, OBJECT_PRIVATE, &reference->shown);
	if (st != GR_OK)
		return st;
	st = object_can_move(token, object);
	if (st != GR_NO)
		return st;
	return refuse(store, "the token can neither copy nor rename this key; let privateKeyPath "
			     "name a file that holds the URI");
}

enum status token_adoption_check(const struct pair *pair, const struct store *store)
{
	const struct generation_file *file = &pair->key_file;
	struct key_reference reference = { .public = NULL };
	enum status st;

	if (!key_reference_is(file->data))
		return GR_OK;
	st = key_reference_parse(&reference, file->data, store->key.path, &file->stat);
	if (st == GR_OK)
		st = check_can_move(&reference, store);
	key_reference_release(&reference);
	return st;
}

enum status token_adoption_name(struct pair *pair, const struct store *store, uint32_t n)
{
	struct generation_file *file = &pair->key_file;
	struct key_reference reference = { .public = NULL };
	enum status st;

	if (!key_reference_is(file->data))
		return GR_OK;
	st = key_reference_parse(&reference, file->data, store->key.path, &file->stat);
	if (st == GR_OK)
		st = token_objects_new_name(&reference.uri, reference.shown.label, n);
	if (st == GR_OK)
		st = replace_text(file, &reference);
	key_reference_release(&reference);
	return st;
}
