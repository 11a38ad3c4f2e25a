/* SPDX-License-Identifier: Apache-2.0 */
/* token_objects.c - what one generation has in a token */
#include "store/token_objects.h"
#include "complain.h"
#include "key.h"
#include "pkcs11/token_key.h"
#include "store/pair.h"
#include "str.h"

#include <openssl/err.h>
#include <openssl/x509.h>

enum status token_objects_load(struct token_objects *set, const struct store *store,
			       const char *directory)
{
	struct stat file;
	enum status st;
	char *text;
	size_t len;

	*set = (struct token_objects){ .reference.public = NULL };
	if ((st = pair_key_text(&text, &len, &file, store, directory)) != GR_OK)
		return st;
	st = key_reference_is(text)
	    ? key_reference_parse(&set->reference, text, store->path, &file)
	    : GR_NO;
	key_wipe(text, len);
	object_name_of(&set->own, &set->reference.uri);
	return st;
}

enum status token_objects_load_generation(struct token_objects *set, const struct store *store,
					  uint32_t n)
{
	char name[16];

	str_format(name, sizeof name, "%lu", (unsigned long)n);
	return token_objects_load(set, store, name);
}

void token_objects_release(struct token_objects *set)
{
	key_reference_release(&set->reference);
}

enum status token_objects_name(struct object_name *name, const struct token_objects *set,
			       const struct store *store, enum object_class class,
			       enum token_objects_name which)
{
	struct uri uri;
	enum status st;

	*name = which == TOKEN_OBJECTS_SHOWN ? set->reference.shown : set->own;
	if (which == TOKEN_OBJECTS_OWN || class != OBJECT_CERTIFICATE || !store->certificate.token)
		return GR_OK;
	if ((st = uri_parse(&uri, store->certificate.path, "certificateFilePath")) == GR_OK)
		str_copy(name->label, sizeof name->label, uri.object);
	return st;
}

static enum status signs(struct token *token, ck_object_handle_t object, EVP_PKEY *public)
{
	EVP_PKEY *key = NULL;
	enum status st = token_key_wrap(&key, token, object, public);

	if (st == GR_OK && !key_signs(key) && (st = token_key_failure(key)) == GR_FAIL)
		complain("%s", token->failure);
	EVP_PKEY_free(key);
	return st;
}

enum status token_objects_owns(const struct token_objects *set, struct token *token,
			       enum object_class class, ck_object_handle_t object)
{
	EVP_PKEY *public = set->reference.public, *key = NULL;
	X509 *x509 = NULL;
	enum status st;

	if (class == OBJECT_PRIVATE)
		st = signs(token, object, public);
	else if (class == OBJECT_PUBLIC)
		st = object_read_public(&key, token, object);
	else if ((st = object_read_certificate(&x509, token, object)) == GR_OK)
		key = X509_get_pubkey(x509);
	if (st == GR_BAD ||
	    (st == GR_OK && class != OBJECT_PRIVATE && EVP_PKEY_eq(key, public) != 1))
		st = GR_NO;
	EVP_PKEY_free(key);
	X509_free(x509);
	ERR_clear_error();
	return st;
}

enum status token_objects_find(ck_object_handle_t *object, const struct token_objects *set,
			       struct token *token, enum object_class class,
			       const struct object_name *name)
{
	struct object_name by_id = *name;
	struct object_list list;
	enum status st;

	by_id.label[0] = '\0';	/* it may be on its way from one to the other */
	if ((st = object_find(&list, token, class, &by_id)) != GR_OK)
		return st;
	for (size_t i = 0; i < list.count; i++)
		if ((st = token_objects_owns(set, token, class, list.handle[i])) != GR_NO) {
			*object = list.handle[i];
			return st;
		}
	return GR_NO;
}

/*
 * GR_NO, silent: there is none under either name. GR_OK: it was found under the new one, whatever
 * the token had said.
 */
static enum status move(const struct token_objects *set, struct token *token,
			const struct store *store, enum object_class class,
			enum token_objects_name which)
{
	struct object_name from, to;
	ck_object_handle_t object, copy;
	enum status st;

	if ((st = token_objects_name(&to, set, store, class, which)) != GR_OK ||
	    (st = token_objects_name(&from, set, store, class,
				     which == TOKEN_OBJECTS_OWN ? TOKEN_OBJECTS_SHOWN
								: TOKEN_OBJECTS_OWN)) != GR_OK ||
	    (st = token_objects_find(&object, set, token, class, &to)) != GR_NO ||
	    (st = token_objects_find(&object, set, token, class, &from)) != GR_OK)
		return st;
	if ((st = object_copy(&copy, token, object, &to)) == GR_NO &&
	    (st = object_rename(token, object, &to)) == GR_NO) {
		complain("%s: the token can neither copy nor rename a %s", token->where,
			 object_class_name(class));
		return GR_BAD;
	}
	if (st != GR_OK || (st = token_objects_find(&object, set, token, class, &to)) != GR_NO)
		return st;
	complain(
	    "%s: the token says that it copied a %s, but there is no copy; nothing was destroyed",
	    token->where, object_class_name(class));
	return GR_FAIL;
}

enum status token_objects_bring(const struct token_objects *set, struct token *token,
				const struct store *store, enum token_objects_name which)
{
	const struct object_name *from = which == TOKEN_OBJECTS_OWN ? &set->reference.shown
								    : &set->own;
	enum status st, private = GR_NO;

	for (enum object_class c = 0; c < OBJECT_CLASSES; c++) {
		if ((st = move(set, token, store, c, which)) != GR_OK && st != GR_NO)
			return st;
		if (c == OBJECT_PRIVATE)
			private = st;
	}
	return private == GR_OK ? token_objects_destroy(set, token, from) : private;
}

static enum status destroy_class(const struct token_objects *set, struct token *token,
				 enum object_class class, const struct object_name *name)
{
	struct object_name by_id = *name;
	struct object_list list;
	enum status st;

	by_id.label[0] = '\0';
	if ((st = object_find(&list, token, class, &by_id)) != GR_OK)
		return st;
	for (size_t i = 0; i < list.count && (st == GR_OK || st == GR_NO); i++)
		if (!set->reference.public ||
		    (st = token_objects_owns(set, token, class, list.handle[i])) == GR_OK)
			st = object_destroy(token, list.handle[i]);
	return st == GR_NO ? GR_OK : st;
}

enum status token_objects_destroy(const struct token_objects *set, struct token *token,
				  const struct object_name *name)
{
	enum status st = GR_OK;

	for (enum object_class c = 0; c < OBJECT_CLASSES && st == GR_OK; c++)
		st = destroy_class(set, token, c, name);
	return st;
}
