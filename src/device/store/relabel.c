/* SPDX-License-Identifier: Apache-2.0 */
/* relabel.c - objects in the token, under the label of the runtime */
#include "store/relabel.h"
#include "complain.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/token_key_store.h"
#include "store/token_objects.h"
#include "str.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SHOWN "shown"

/* Where certificates are in the token: beside the key, if it is not there yet. */
static enum status put_certificate(const struct token_objects *set, struct token *token,
				   const struct store *store, uint32_t n,
				   enum token_objects_name which)
{
	ck_object_handle_t object;
	struct object_name name;
	struct pair pair;
	enum status st;

	if (!store->certificate.token)
		return GR_OK;
	if ((st = token_objects_name(&name, set, store, OBJECT_CERTIFICATE, which)) != GR_OK ||
	    (st = token_objects_find(&object, set, token, OBJECT_CERTIFICATE, &name)) != GR_NO)
		return st;
	if ((st = pair_read(&pair, store, n)) == GR_NO) {
		complain("%s/%lu: not a complete pair", store->path, (unsigned long)n);
		return GR_BAD;
	}
	if (st == GR_OK)
		st = object_put_certificate(token, pair.cert.x509, &name);
	pair_release(&pair);
	return st;
}

/* GR_NO, silent: no generation of the store knows this id. */
static enum status is_named(const struct store *store, const struct object_name *name)
{
	struct generation_list list;
	struct token_objects set;
	enum status st = generation_list(&list, store);
	bool named = false;

	for (size_t i = 0; i < list.count && st == GR_OK && !named; i++) {
		if ((st = token_objects_load_generation(&set, store, list.number[i])) == GR_OK)
			named = object_same_id(&set.own, name) ||
			    (set.reference.has_shown &&
			     object_same_id(&set.reference.shown, name));
		token_objects_release(&set);
		if (st == GR_NO)
			st = GR_OK;
	}
	return st == GR_OK && !named ? GR_NO : st;
}

/*
 * Whoever else bears the label was put there by somebody: two of them a runtime could not tell
 * apart.
 */
static enum status check_alone(struct token *token, const struct store *store,
			       const struct token_objects *set)
{
	struct object_name by_label = { .id_len = 0 }, name;
	struct object_list list;
	enum status st;

	str_copy(by_label.label, sizeof by_label.label, set->reference.shown.label);
	st = object_find(&list, token, OBJECT_PRIVATE, &by_label);
	for (size_t i = 0; i < list.count && st == GR_OK; i++)
		if ((st = object_read_name(&name, token, list.handle[i])) == GR_OK)
			st = is_named(store, &name);
	if (st != GR_NO)
		return st;
	complain("%s: another private key is called %s; rename it or run gr-install-cert adopt",
		 token->where, by_label.label);
	return GR_BAD;
}

/* All but live give the label up first. What is no longer there cannot. */
static enum status park_others(struct token *token, const struct store *store, uint32_t live)
{
	struct generation_list list;
	struct token_objects set;
	enum status st = generation_list(&list, store);

	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		if (list.number[i] == live)
			continue;
		if ((st = token_objects_load_generation(&set, store, list.number[i])) == GR_OK &&
		    set.reference.has_shown && set.reference.public)
			st = token_objects_bring(&set, token, store, TOKEN_OBJECTS_OWN);
		token_objects_release(&set);
		if (st == GR_NO)
			st = GR_OK;
	}
	return st;
}

/* Before the first change: a cut must not leave a link that says all is well. */
static enum status forget_shown(const struct store *store)
{
	if (unlinkat(store->dir, SHOWN, 0) == 0 || errno == ENOENT)
		return store_sync(store);
	complain("%s/" SHOWN ": %s", store->path, strerror(errno));
	return GR_FAIL;
}

static enum status show(const struct token_objects *set, struct token *token,
			const struct store *store, uint32_t live)
{
	enum status st;

	if ((st = check_alone(token, store, set)) != GR_OK ||
	    (st = forget_shown(store)) != GR_OK || (st = park_others(token, store, live)) != GR_OK)
		return st;
	if ((st = token_objects_bring(set, token, store, TOKEN_OBJECTS_SHOWN)) == GR_NO) {
		complain("%s: the private key of generation %lu is not there", token->where,
			 (unsigned long)live);
		return GR_BAD;
	}
	return st == GR_OK ? put_certificate(set, token, store, live, TOKEN_OBJECTS_SHOWN) : st;
}

enum status relabel_is_pending(const struct store *store, uint32_t live)
{
	uint32_t shown;
	enum status st;

	if (!store->key.token || live == 0)
		return GR_NO;
	if ((st = store_link(&shown, store, SHOWN)) == GR_FAIL)
		return st;
	return st == GR_OK && shown == live ? GR_NO : GR_OK;
}

enum status relabel_show(const struct store *store, uint32_t live)
{
	struct token *token;
	struct token_objects set;
	enum status st;

	if ((st = relabel_is_pending(store, live)) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if ((st = token_objects_load_generation(&set, store, live)) == GR_OK &&
	    set.reference.has_shown && set.reference.public) {
		if ((st = token_key_store_open(&token, store, &set.reference.uri)) == GR_OK &&
		    (st = show(&set, token, store, live)) == GR_OK)
			st = store_point(store, SHOWN, live);
	} else if (st == GR_OK || st == GR_NO) {
		complain("%s/%lu: no key that could bear the label", store->path,
			 (unsigned long)live);
		st = GR_BAD;
	}
	token_objects_release(&set);
	return st;
}

enum status relabel_stage(const struct store *store, uint32_t n)
{
	struct token *token;
	struct token_objects set;
	enum status st;

	if (!store->certificate.token)
		return GR_OK;
	if ((st = token_objects_load_generation(&set, store, n)) == GR_OK &&
	    (st = token_key_store_open(&token, store, &set.reference.uri)) == GR_OK)
		st = put_certificate(&set, token, store, n, TOKEN_OBJECTS_OWN);
	token_objects_release(&set);
	return st == GR_NO ? GR_OK : st;
}

enum status relabel_check(const struct store *store, uint32_t live)
{
	struct object_name name;
	ck_object_handle_t object;
	struct token *token;
	struct token_objects set;
	struct uri uri;
	enum status st;

	if ((st = uri_parse(&uri, store->key.path, "privateKeyPath")) != GR_OK)
		return st;
	object_name_of(&name, &uri);
	if ((st = token_objects_load_generation(&set, store, live)) == GR_OK &&
	    (st = token_key_store_open(&token, store, &uri)) == GR_OK &&
	    (st = object_find_one(&object, token, OBJECT_PRIVATE, &name)) == GR_OK)
		st = set.reference.public ? token_objects_owns(&set, token, OBJECT_PRIVATE, object)
					  : GR_NO;
	token_objects_release(&set);
	return st;
}

/* An id that was given by hand may have passed to a newer key. */
static enum status destroy(const struct token_objects *set, struct token *token,
			   const struct store *store)
{
	const struct object_name *names[] = { &set->own, &set->reference.shown };
	enum status st;

	for (size_t i = 0; i < (set->reference.has_shown ? 2 : 1); i++)
		if ((st = is_named(store, names[i])) == GR_FAIL || st == GR_BAD ||
		    (st == GR_NO && (st = token_objects_destroy(set, token, names[i])) != GR_OK))
			return st;
	return GR_OK;
}

enum status relabel_destroy(const struct store *store, const char *directory)
{
	struct token *token;
	struct token_objects set;
	enum status st;

	if ((st = token_objects_load(&set, store, directory)) == GR_OK &&
	    (st = token_key_store_open(&token, store, &set.reference.uri)) == GR_OK)
		st = destroy(&set, token, store);
	token_objects_release(&set);
	return st == GR_NO ? GR_OK : st;
}
