/* SPDX-License-Identifier: Apache-2.0 */
/* token_key_store_make.c - token_key_store.h: the next key, in the place that is meant for it */
#include "complain.h"
#include "config/settings.h"
#include "key.h"
#include "pkcs11/token_key.h"
#include "store/generation.h"
#include "store/token_key_store.h"
#include "store/token_objects.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

/* "pump.2" of generation 2 is "pump"; a label that somebody chose is its own stem. */
static void stem_of(char to[static URI_LABEL_MAX + 1], const char *label)
{
	const char *dot = strrchr(label, '.');
	size_t len = strlen(label);

	if (dot && dot > label && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1))
		len = (size_t)(dot - label);
	str_format(to, URI_LABEL_MAX + 1, "%.*s", (int)len, label);
}

/* The label stays the runtime's; meanwhile the new key has a name of its own. */
static enum status place_by_label(struct key_reference *reference, const struct store *store,
				  uint32_t n)
{
	struct uri uri, shown;
	enum status st;

	if ((st = uri_parse(&uri, store->key.path, "privateKeyPath")) != GR_OK)
		return st;
	reference->uri = shown = uri;
	if ((st = token_key_store_own_name(&reference->uri, uri.object, n)) != GR_OK ||
	    (st = token_key_store_own_name(&shown, uri.object, n)) != GR_OK)
		return st;
	object_name_of(&reference->shown, &shown);
	str_copy(reference->shown.label, sizeof reference->shown.label, uri.object);
	reference->has_shown = true;
	return GR_OK;
}

/* Where the live key is. GR_NO, silent: in a file. */
static enum status place_as_live(struct key_reference *reference, const struct store *store,
				 uint32_t n)
{
	char stem[URI_LABEL_MAX + 1];
	struct token_objects live;
	uint32_t number;
	enum status st;

	if ((st = store_link(&number, store, "live")) != GR_OK)
		return st;
	if ((st = token_objects_load_generation(&live, store, number)) == GR_OK) {
		reference->uri = live.reference.uri;
		stem_of(stem, live.own.label);
		st = token_key_store_own_name(&reference->uri, stem, n);
	}
	token_objects_release(&live);
	return st;
}

/* GR_NO, silent: in a file. */
static enum status choose_place(struct key_reference *reference, const struct store *store,
				uint32_t n)
{
	const char *next = conf_text(store->conf, CONF_NEXT_KEY);
	char stem[URI_LABEL_MAX + 1];
	enum status st;

	if ((st = settings_next_key(store->conf)) != GR_OK)
		return st;
	if (store->key.token)
		return place_by_label(reference, store, n);
	if (next[0] == '\0')
		return place_as_live(reference, store, n);
	if (strcmp(next, "file") == 0)
		return GR_NO;
	if ((st = uri_parse(&reference->uri, next, "nextKey")) != GR_OK)
		return st;
	str_copy(stem, sizeof stem,
		 reference->uri.object[0] ? reference->uri.object
					  : conf_text(store->conf, CONF_THING_NAME));
	return token_key_store_own_name(&reference->uri, stem, n);
}

static enum status make_in_file(const struct store *store, uint32_t n, const struct alg_key *alg,
				const struct stat *like)
{
	EVP_PKEY *key = NULL;
	char *pem = NULL;
	size_t len = 0;
	enum status st;

	if ((st = key_generate(&key, alg)) == GR_OK && (st = key_pem(&pem, &len, key)) == GR_OK)
		st = generation_write(store, n, STORE_KEY_FILE, pem, len, like);
	key_wipe(pem, len);
	EVP_PKEY_free(key);
	return st;
}

static enum status write_reference(const struct store *store, uint32_t n,
				   const struct key_reference *reference, const struct stat *like)
{
	enum status st;
	char *text;
	size_t len;

	if ((st = key_reference_format(&text, &len, reference)) != GR_OK)
		return st;
	st = generation_write(store, n, STORE_KEY_FILE, text, len, like);
	free(text);
	return st;
}

/*
 * Both halves, as a generation that was cut short left them. What is there of an incomplete pair
 * goes. GR_NO, silent: no pair.
 */
static enum status find_made(struct key_reference *reference, ck_object_handle_t *private,
			     const struct token *token)
{
	struct object_name name;
	struct object_list found[OBJECT_CLASSES];
	enum status st;

	object_name_of(&name, &reference->uri);
	name.label[0] = '\0';
	for (enum object_class c = OBJECT_PRIVATE; c <= OBJECT_PUBLIC; c++)
		if ((st = object_find(&found[c], token, c, &name)) != GR_OK)
			return st;
	if (found[OBJECT_PRIVATE].count == 1 && found[OBJECT_PUBLIC].count == 1) {
		*private = found[OBJECT_PRIVATE].handle[0];
		if ((st = object_read_public(&reference->public, token,
					     found[OBJECT_PUBLIC].handle[0])) != GR_NO)
			return st;
	}
	for (enum object_class c = OBJECT_PRIVATE; c <= OBJECT_PUBLIC; c++)
		for (size_t i = 0; i < found[c].count; i++)
			if ((st = object_destroy(token, found[c].handle[i])) != GR_OK)
				return st;
	return GR_NO;
}

/* It must sign, and its label must be able to change hands. */
static enum status check_made(struct token *token, ck_object_handle_t private,
			      const struct key_reference *reference)
{
	EVP_PKEY *key;
	enum status st;

	if ((st = token_key_wrap(&key, token, private, reference->public)) != GR_OK)
		return st;
	if (!key_signs(key)) {
		complain("%s: the key that it made does not sign: %s", token->where,
			 complain_openssl());
		st = token_key_failure(key);
	}
	EVP_PKEY_free(key);
	if (st != GR_OK || !reference->has_shown ||
	    (st = object_can_move(token, private)) != GR_NO)
		return st;
	complain("%s: the token can neither copy nor rename a key; let privateKeyPath name a file "
		 "that holds the URI",
		 token->where);
	return GR_BAD;
}

static enum status make_in_token(struct key_reference *reference, const struct store *store,
				 const struct alg_key *alg)
{
	struct object_name name;
	ck_object_handle_t private;
	struct token *token;
	enum status st;

	if ((st = token_key_store_open(&token, store, &reference->uri)) != GR_OK)
		return st;
	object_name_of(&name, &reference->uri);
	if ((st = find_made(reference, &private, token)) == GR_NO)
		st = token_key_make(&reference->public, &private, token, alg, &name);
	return st == GR_OK ? check_made(token, private, reference) : st;
}

enum status token_key_store_make(const struct store *store, uint32_t n, const struct alg_key *alg,
				 const struct stat *like)
{
	struct token_objects set;	/* what was begun here before a cut */
	struct token *token;
	enum status st;

	/* A token that is not to be had leaves no plan behind. */
	if ((st = token_objects_load_generation(&set, store, n)) == GR_NO &&
	    (st = choose_place(&set.reference, store, n)) == GR_OK &&
	    (st = token_key_store_open(&token, store, &set.reference.uri)) == GR_OK)
		st = write_reference(store, n, &set.reference, like);
	if (st == GR_NO)
		st = make_in_file(store, n, alg, like);
	else if (st == GR_OK && (st = make_in_token(&set.reference, store, alg)) == GR_OK)
		st = write_reference(store, n, &set.reference, like);
	token_objects_release(&set);
	return st;
}
