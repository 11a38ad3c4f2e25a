/* SPDX-License-Identifier: Apache-2.0 */
/* relabel.c - objects in the token, under the label of the runtime */
#include "store/relabel.h"
#include "complain.h"
#include "pkcs11/token.h"
#include "store/pair.h"
#include "store/token_objects.h"
#include "str.h"

#include <string.h>

#define SHOWN "shown"

/* Where certificates are in the token: puts that of n beside its key, if it is not there yet. */
static enum status put_certificate(const struct token_objects *objects, struct token *token,
				   const struct store *store, uint32_t n,
				   enum token_objects_name which)
{
	ck_object_handle_t object;
	struct object_name name;
	struct pair pair;
	enum status st;

	if (!store->certificate.token)
		return GR_OK;
	st = token_objects_name(&name, objects, store, OBJECT_CERTIFICATE, which);
	if (st != GR_OK)
		return st;
	st = token_objects_find(&object, objects, token, OBJECT_CERTIFICATE, &name);
	if (st != GR_NO)
		return st;
	st = pair_read(&pair, store, n);
	if (st == GR_NO) {
		complain("%s/%lu: not a complete pair", store->path, (unsigned long)n);
		return GR_BAD;
	}
	if (st == GR_OK)
		st = object_put_certificate(token, pair.cert.x509, &name);
	pair_release(&pair);
	return st;
}

static bool has_id(const struct token_objects *objects, const struct object_name *name)
{
	return object_same_id(&objects->own, name) ||
	    (objects->reference.has_shown && object_same_id(&objects->reference.shown, name));
}

/* Does any generation of the store know this id? GR_NO, silent: none. */
static enum status is_named(const struct store *store, const struct object_name *name)
{
	struct generation_list list;
	struct token_objects objects;
	bool named = false;
	enum status st;

	st = generation_list(&list, store);
	for (size_t i = 0; i < list.count && st == GR_OK && !named; i++) {
		st = token_objects_load(&objects, store, list.number[i]);
		if (st == GR_OK)
			named = has_id(&objects, name);
		token_objects_release(&objects);
		if (st == GR_NO)
			st = GR_OK;
	}
	return st == GR_OK && !named ? GR_NO : st;
}

/* A runtime could not tell two keys of one label apart. GR_BAD: another key has it. */
static enum status check_alone(struct token *token, const struct store *store,
			       const struct token_objects *objects)
{
	struct object_name by_label = { .id_len = 0 }, name;
	struct object_list list;
	enum status st;

	str_copy(by_label.label, sizeof by_label.label, objects->reference.shown.label);
	st = object_find(&list, token, OBJECT_PRIVATE, &by_label);
	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		st = object_read_name(&name, token, list.handle[i]);
		if (st == GR_OK)
			st = is_named(store, &name);
	}
	if (st != GR_NO)
		return st;
	complain("%s: another private key is called %s; rename it or run gr-install-cert adopt",
		 token->where, by_label.label);
	return GR_BAD;
}

static bool can_be_shown(const struct token_objects *objects)
{
	return objects->reference.has_shown && objects->reference.public;
}

/* Takes the label from all generations but live. What is no longer there cannot have it. */
static enum status park_others(struct token *token, const struct store *store, uint32_t live)
{
	struct generation_list list;
	struct token_objects objects;
	enum status st;

	st = generation_list(&list, store);
	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		if (list.number[i] == live)
			continue;
		st = token_objects_load(&objects, store, list.number[i]);
		if (st == GR_OK && can_be_shown(&objects))
			st = token_objects_bring(&objects, token, store, TOKEN_OBJECTS_OWN);
		token_objects_release(&objects);
		if (st == GR_NO)
			st = GR_OK;
	}
	return st;
}

static enum status show(const struct token_objects *objects, struct token *token,
			const struct store *store, uint32_t live)
{
	enum status st;

	st = check_alone(token, store, objects);
	if (st != GR_OK)
		return st;
	/* Before the first change: a cut must not leave a link that says all is well. */
	st = store_unlink(store, SHOWN);
	if (st != GR_OK)
		return st;
	st = park_others(token, store, live);
	if (st != GR_OK)
		return st;
	st = token_objects_bring(objects, token, store, TOKEN_OBJECTS_SHOWN);
	if (st == GR_NO) {
		complain("%s: the private key of generation %lu is not there", token->where,
			 (unsigned long)live);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	st = put_certificate(objects, token, store, live, TOKEN_OBJECTS_SHOWN);
	if (st != GR_OK)
		return st;
	return store_point(store, SHOWN, live);
}

enum status relabel_is_pending(const struct store *store, uint32_t live)
{
	uint32_t shown;
	enum status st;

	if (live == 0)
		return GR_NO;
	st = store_link(&shown, store, SHOWN);
	if (st == GR_FAIL)
		return st;
	return st == GR_OK && shown == live ? GR_NO : GR_OK;
}

enum status relabel_show(const struct store *store, uint32_t live)
{
	struct token_objects objects;
	struct token *token;
	enum status st;

	st = relabel_is_pending(store, live);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = token_objects_load(&objects, store, live);
	if (st == GR_NO || (st == GR_OK && !can_be_shown(&objects))) {
		complain("%s/%lu: no key that could bear the label", store->path,
			 (unsigned long)live);
		st = GR_BAD;
	}
	if (st == GR_OK)
		st = token_objects_open(&token, store, &objects.reference.uri);
	if (st == GR_OK)
		st = show(&objects, token, store, live);
	token_objects_release(&objects);
	return st;
}

enum status relabel_stage(const struct store *store, uint32_t n)
{
	struct token_objects objects;
	struct token *token;
	enum status st;

	if (!store->certificate.token)
		return GR_OK;
	st = token_objects_load(&objects, store, n);
	if (st == GR_OK)
		st = token_objects_open(&token, store, &objects.reference.uri);
	if (st == GR_OK)
		st = put_certificate(&objects, token, store, n, TOKEN_OBJECTS_OWN);
	token_objects_release(&objects);
	return st == GR_NO ? GR_OK : st;
}

/* Is the key with the label the one of these objects? GR_NO, silent: another one, or none. */
static enum status is_labelled(const struct token_objects *objects, const struct store *store)
{
	struct object_name name;
	ck_object_handle_t object;
	struct token *token;
	struct uri uri;
	enum status st;

	st = uri_parse(&uri, store->key.path, "privateKeyPath");
	if (st != GR_OK)
		return st;
	st = token_objects_open(&token, store, &uri);
	if (st != GR_OK)
		return st;
	object_name_of(&name, &uri);
	st = object_find_one(&object, token, OBJECT_PRIVATE, &name);
	if (st != GR_OK)
		return st;
	if (!objects->reference.public)
		return GR_NO;
	return token_objects_owns(objects, token, OBJECT_PRIVATE, object);
}

enum status relabel_look(struct store *store)
{
	struct token_objects objects;
	enum status st;
	uint32_t live;

	if (!store->key.adopted)
		return GR_OK;
	st = store_link(&live, store, "live");
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	/* What was not shown yet may have any label, and show will see to it. */
	st = relabel_is_pending(store, live);
	if (st != GR_NO)
		return st;
	st = token_objects_load(&objects, store, live);
	if (st == GR_OK)
		st = is_labelled(&objects, store);
	token_objects_release(&objects);
	if (st != GR_NO)
		return st;
	store->key.adopted = store->certificate.adopted = false;
	return GR_OK;
}

/* An id that was given by hand may have passed to a newer key: then its objects stay. */
static enum status destroy_name(const struct token_objects *objects, struct token *token,
				const struct store *store, const struct object_name *name)
{
	enum status st = is_named(store, name);

	return st == GR_NO ? token_objects_destroy(objects, token, name) : st;
}

enum status relabel_destroy(const struct store *store, const struct generation_file *file)
{
	struct token_objects objects;
	struct token *token;
	enum status st;

	st = token_objects_parse(&objects, store, file);
	if (st == GR_OK)
		st = token_objects_open(&token, store, &objects.reference.uri);
	if (st == GR_OK)
		st = destroy_name(&objects, token, store, &objects.own);
	if (st == GR_OK && objects.reference.has_shown)
		st = destroy_name(&objects, token, store, &objects.reference.shown);
	token_objects_release(&objects);
	return st == GR_NO ? GR_OK : st;
}
