/* SPDX-License-Identifier: Apache-2.0 */
/* token_objects.c - what one generation has in a token */
#include "store/token_objects.h"
#include "complain.h"
#include "key.h"
#include "pkcs11/token.h"
#include "pkcs11/token_key.h"
#include "str.h"
#include "token/configured_token.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { WHICH_MAX = 4 * PATH_MAX, ID_LEN = 16 /* bytes, random */ };

/* store->state->data: the token that is open. */
struct open_token {
	struct token *token;	/* NULL: none */
	char which[WHICH_MAX];	/* its URI */
};

static void close_token(void *data)
{
	struct open_token *open = data;

	token_close(open->token);
	free(open);
}

static enum status prepare_state(struct open_token **open, const struct store *store)
{
	if (!store->state->data) {
		store->state->data = calloc(1, sizeof **open);
		store->state->close = close_token;
	}
	*open = store->state->data;
	if (*open)
		return GR_OK;
	complain("out of memory");
	return GR_FAIL;
}

enum status token_objects_open(struct token **token, const struct store *store,
			       const struct uri *uri)
{
	struct uri bare = *uri;
	struct open_token *open;
	char which[WHICH_MAX];
	enum status st;

	st = prepare_state(&open, store);
	if (st != GR_OK)
		return st;
	bare.object[0] = bare.type[0] = '\0';
	bare.id_len = 0;
	uri_format(which, sizeof which, &bare);	/* fits: it was one */
	if (!open->token || strcmp(open->which, which) != 0) {
		token_close(open->token);
		open->token = NULL;
		str_copy(open->which, sizeof open->which, which);
		st = configured_token_open(&open->token, &bare, store->conf, &store->was);
	}
	*token = open->token;
	return st;
}

enum status token_objects_new_name(struct uri *uri, const char *stem, uint32_t n)
{
	str_copy(uri->type, sizeof uri->type, "private");
	uri->id_len = ID_LEN;
	if (RAND_bytes(uri->id, ID_LEN) == 1 &&
	    str_format(uri->object, sizeof uri->object, "%s.%lu", stem, (unsigned long)n))
		return GR_OK;
	complain("%s: no name for a key: the label is too long, or %s", stem, complain_openssl());
	return GR_BAD;
}

enum status token_objects_parse(struct token_objects *objects, const struct store *store,
				const struct generation_file *file)
{
	enum status st;

	*objects = (struct token_objects){ .reference.public = NULL };
	st = key_reference_parse(&objects->reference, file->data, store->path, &file->stat);
	object_name_of(&objects->own, &objects->reference.uri);
	return st;
}

enum status token_objects_load(struct token_objects *objects, const struct store *store,
			       uint32_t n)
{
	struct generation_file file;
	enum status st;

	*objects = (struct token_objects){ .reference.public = NULL };
	st = generation_key(&file, store, n);
	if (st == GR_OK)
		st = key_reference_is(file.data) ? token_objects_parse(objects, store, &file)
						 : GR_NO;
	generation_file_release(&file);
	return st;
}

void token_objects_release(struct token_objects *objects)
{
	key_reference_release(&objects->reference);
}

enum status token_objects_name(struct object_name *name, const struct token_objects *objects,
			       const struct store *store, enum object_class class,
			       enum token_objects_name which)
{
	struct uri uri;
	enum status st;

	*name = which == TOKEN_OBJECTS_SHOWN ? objects->reference.shown : objects->own;
	if (which == TOKEN_OBJECTS_OWN || class != OBJECT_CERTIFICATE || !store->certificate.token)
		return GR_OK;
	st = uri_parse(&uri, store->certificate.path, "certificateFilePath");
	if (st == GR_OK)
		str_copy(name->label, sizeof name->label, uri.object);
	return st;
}

/* Does this private key sign for the public key? GR_NO, GR_BAD: no. GR_FAIL: it cannot be told. */
static enum status signs(struct token *token, ck_object_handle_t object, EVP_PKEY *public)
{
	EVP_PKEY *key;
	enum status st;

	st = token_key_wrap(&key, token, object, public);
	if (st != GR_OK)
		return st;
	if (!key_signs(key)) {
		st = token_key_failure(key);
		if (st == GR_FAIL)
			complain("%s", token->failure);
	}
	EVP_PKEY_free(key);
	return st;
}

static enum status is_public(struct token *token, ck_object_handle_t object, EVP_PKEY *public)
{
	EVP_PKEY *key = NULL;
	enum status st;

	st = object_read_public(&key, token, object);
	if (st == GR_OK && EVP_PKEY_eq(key, public) != 1)
		st = GR_NO;
	EVP_PKEY_free(key);
	return st;
}

static enum status certifies(struct token *token, ck_object_handle_t object, EVP_PKEY *public)
{
	X509 *x509 = NULL;
	enum status st;

	st = object_read_certificate(&x509, token, object);
	if (st == GR_OK && EVP_PKEY_eq(X509_get0_pubkey(x509), public) != 1)
		st = GR_NO;
	X509_free(x509);
	return st;
}

enum status token_objects_owns(const struct token_objects *objects, struct token *token,
			       enum object_class class, ck_object_handle_t object)
{
	EVP_PKEY *public = objects->reference.public;
	enum status st;

	if (class == OBJECT_PRIVATE)
		st = signs(token, object, public);
	else if (class == OBJECT_PUBLIC)
		st = is_public(token, object, public);
	else
		st = certifies(token, object, public);
	ERR_clear_error();
	return st == GR_BAD ? GR_NO : st;
}

/* The id of a name without the label, which a cut may have left as the old or the new one. */
static struct object_name by_id(const struct object_name *name)
{
	struct object_name id = *name;

	id.label[0] = '\0';
	return id;
}

enum status token_objects_find(ck_object_handle_t *object, const struct token_objects *objects,
			       struct token *token, enum object_class class,
			       const struct object_name *name)
{
	struct object_name id = by_id(name);
	struct object_list list;
	enum status st;

	st = object_find(&list, token, class, &id);
	if (st != GR_OK)
		return st;
	for (size_t i = 0; i < list.count; i++) {
		st = token_objects_owns(objects, token, class, list.handle[i]);
		if (st == GR_NO)
			continue;
		*object = list.handle[i];
		return st;
	}
	return GR_NO;
}

/* Copies an object, or renames it where the token cannot copy. */
static enum status copy_or_rename(struct token *token, enum object_class class,
				  ck_object_handle_t object, const struct object_name *to)
{
	ck_object_handle_t copy;
	enum status st;

	st = object_copy(&copy, token, object, to);
	if (st != GR_NO)
		return st;
	st = object_rename(token, object, to);
	if (st != GR_NO)
		return st;
	complain("%s: the token can neither copy nor rename a %s", token->where,
		 object_class_name(class));
	return GR_BAD;
}

/*
 * Brings one object under that name; what it had before stays. GR_NO, silent: it is there under
 * neither name. GR_OK only after the object was looked up under the new name: what C_CopyObject
 * returned is not trusted.
 */
static enum status move(const struct token_objects *objects, struct token *token,
			const struct store *store, enum object_class class,
			enum token_objects_name which)
{
	enum token_objects_name other = which == TOKEN_OBJECTS_OWN ? TOKEN_OBJECTS_SHOWN
								   : TOKEN_OBJECTS_OWN;
	struct object_name from, to;
	ck_object_handle_t object;
	enum status st;

	st = token_objects_name(&to, objects, store, class, which);
	if (st != GR_OK)
		return st;
	st = token_objects_name(&from, objects, store, class, other);
	if (st != GR_OK)
		return st;
	st = token_objects_find(&object, objects, token, class, &to);
	if (st != GR_NO)
		return st;
	st = token_objects_find(&object, objects, token, class, &from);
	if (st != GR_OK)
		return st;
	st = copy_or_rename(token, class, object, &to);
	if (st != GR_OK)
		return st;
	st = token_objects_find(&object, objects, token, class, &to);
	if (st != GR_NO)
		return st;
	complain(
	    "%s: the token says that it copied a %s, but there is no copy; nothing was destroyed",
	    token->where, object_class_name(class));
	return GR_FAIL;
}

enum status token_objects_bring(const struct token_objects *objects, struct token *token,
				const struct store *store, enum token_objects_name which)
{
	const struct object_name *from = which == TOKEN_OBJECTS_OWN ? &objects->reference.shown
								    : &objects->own;
	enum status st, private = GR_NO;

	for (enum object_class c = 0; c < OBJECT_CLASSES; c++) {
		st = move(objects, token, store, c, which);
		if (st != GR_OK && st != GR_NO)
			return st;
		if (c == OBJECT_PRIVATE)
			private = st;
	}
	return private == GR_OK ? token_objects_destroy(objects, token, from) : private;
}

/* Destroys the object, unless it is known to be another's. */
static enum status destroy_own(const struct token_objects *objects, struct token *token,
			       enum object_class class, ck_object_handle_t object)
{
	enum status st;

	if (objects->reference.public) {
		st = token_objects_owns(objects, token, class, object);
		if (st != GR_OK)
			return st == GR_NO ? GR_OK : st;
	}
	return object_destroy(token, object);
}

static enum status destroy_class(const struct token_objects *objects, struct token *token,
				 enum object_class class, const struct object_name *name)
{
	struct object_name id = by_id(name);
	struct object_list list;
	enum status st;

	st = object_find(&list, token, class, &id);
	for (size_t i = 0; st == GR_OK && i < list.count; i++)
		st = destroy_own(objects, token, class, list.handle[i]);
	return st;
}

enum status token_objects_destroy(const struct token_objects *objects, struct token *token,
				  const struct object_name *name)
{
	enum status st = GR_OK;

	for (enum object_class c = 0; c < OBJECT_CLASSES && st == GR_OK; c++)
		st = destroy_class(objects, token, c, name);
	return st;
}
