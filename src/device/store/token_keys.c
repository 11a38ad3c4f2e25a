/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_keys.c - private keys in a token: private.key holds a reference (key_reference.h)
 *
 * What a runtime finds under a label is relabel.c's, what somebody else put there
 * token_adoption.c's, and the objects of one generation token_objects.c's.
 */
#include "complain.h"
#include "config/settings.h"
#include "key.h"
#include "pkcs11/referred_key.h"
#include "pkcs11/token.h"
#include "pkcs11/token_key.h"
#include "store/key_backend.h"
#include "store/relabel.h"
#include "store/token_adoption.h"
#include "store/token_objects.h"
#include "str.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static enum status parse(EVP_PKEY **key, const struct generation_file *file, const char *where)
{
	struct key_reference reference = { .public = NULL };
	enum status st;

	st = key_reference_parse(&reference, file->data, where, &file->stat);
	if (st == GR_OK && !reference.public)
		st = GR_NO;
	if (st == GR_OK && EVP_PKEY_up_ref(reference.public))
		*key = reference.public;
	key_reference_release(&reference);
	return st;
}

static enum status check(const struct pair *pair, const char *where)
{
	if (cert_fits_key(&pair->cert, pair->key))
		return GR_OK;
	complain("%s: the certificate does not belong to the private key", where);
	return GR_BAD;
}

static enum status load(EVP_PKEY **key, const struct store *store,
			const struct generation_file *file, const char *where)
{
	struct key_reference reference = { .public = NULL };
	struct token *token;
	enum status st;

	st = key_reference_parse(&reference, file->data, where, &file->stat);
	if (st == GR_OK && !reference.public)
		st = GR_NO;
	if (st == GR_OK)
		st = token_objects_open(&token, store, &reference.uri);
	if (st == GR_OK)
		st = referred_key_load(key, token, &reference);
	key_reference_release(&reference);
	return st;
}

static enum status prove(const struct pair *pair, const struct store *store)
{
	EVP_PKEY *key;
	enum status st;

	st = load(&key, store, &pair->key_file, store->path);
	if (st != GR_OK)
		return st;
	st = pair_check(&token_keys, key, &pair->cert, store->key.path);
	EVP_PKEY_free(key);
	return st;
}

/* A certificate stands for its key. The files say how the objects are called, which may differ. */
static bool same(const struct pair *a, const struct pair *b)
{
	return strcmp(a->cert.id, b->cert.id) == 0;
}

static bool name(char *to, size_t size, const struct generation_file *file, bool live)
{
	struct key_reference reference = { .public = NULL };
	bool named = false;

	if (key_reference_parse(&reference, file->data, STORE_KEY_FILE, &file->stat) == GR_OK) {
		if (live && reference.has_shown)
			key_reference_shown(&reference.uri, &reference);
		named = uri_format_name(to, size, &reference.uri);
	}
	key_reference_release(&reference);
	return named;
}

/* "pump.2" of generation 2 is "pump"; a label that somebody chose is its own stem. */
static void stem_of(char to[static URI_LABEL_MAX + 1], const char *label)
{
	const char *dot = strrchr(label, '.');
	size_t len = strlen(label);

	if (dot && dot > label && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1))
		len = (size_t)(dot - label);
	str_format(to, URI_LABEL_MAX + 1, "%.*s", (int)len, label);
}

/* The label stays the runtime's; until it is live the new key has a name of its own. */
static enum status plan_by_label(struct key_reference *reference, const struct store *store,
				 uint32_t n)
{
	struct uri uri, shown;
	enum status st;

	st = uri_parse(&uri, store->key.path, "privateKeyPath");
	if (st != GR_OK)
		return st;
	reference->uri = shown = uri;
	st = token_objects_new_name(&reference->uri, uri.object, n);
	if (st != GR_OK)
		return st;
	st = token_objects_new_name(&shown, uri.object, n);
	if (st != GR_OK)
		return st;
	object_name_of(&reference->shown, &shown);
	str_copy(reference->shown.label, sizeof reference->shown.label, uri.object);
	reference->has_shown = true;
	return GR_OK;
}

static enum status plan_by_next_key(struct key_reference *reference, const struct store *store,
				    uint32_t n)
{
	const char *next = conf_text(store->conf, CONF_NEXT_KEY);
	char stem[URI_LABEL_MAX + 1];
	enum status st;

	st = uri_parse(&reference->uri, next, "nextKey");
	if (st != GR_OK)
		return st;
	str_copy(stem, sizeof stem,
		 reference->uri.object[0] ? reference->uri.object
					  : conf_text(store->conf, CONF_THING_NAME));
	return token_objects_new_name(&reference->uri, stem, n);
}

static enum status plan_as_live(struct key_reference *reference, const struct store *store,
				uint32_t n)
{
	char stem[URI_LABEL_MAX + 1];
	struct token_objects live;
	uint32_t number;
	enum status st;

	st = store_link(&number, store, "live");
	if (st != GR_OK)
		return st;
	st = token_objects_load(&live, store, number);
	if (st == GR_OK) {
		reference->uri = live.reference.uri;
		stem_of(stem, live.own.label);
		st = token_objects_new_name(&reference->uri, stem, n);
	}
	token_objects_release(&live);
	return st;
}

/* Says which token the key of generation n is made in, and how it is called. */
static enum status plan(struct key_reference *reference, const struct store *store, uint32_t n)
{
	if (store->key.token)
		return plan_by_label(reference, store, n);
	if (conf_text(store->conf, CONF_NEXT_KEY)[0])
		return plan_by_next_key(reference, store, n);
	return plan_as_live(reference, store, n);
}

static enum status write_reference(const struct store *store, uint32_t n,
				   const struct key_reference *reference, const struct stat *like)
{
	enum status st;
	char *text;
	size_t len;

	st = key_reference_format(&text, &len, reference);
	if (st != GR_OK)
		return st;
	st = generation_write(store, n, STORE_KEY_FILE, text, len, like);
	free(text);
	return st;
}

static enum status destroy_all(const struct token *token, const struct object_list *list)
{
	enum status st = GR_OK;

	for (size_t i = 0; st == GR_OK && i < list->count; i++)
		st = object_destroy(token, list->handle[i]);
	return st;
}

/*
 * Finds both halves of a key that was made before a cut; destroys what is there of an incomplete
 * pair. GR_NO, silent: no pair.
 */
static enum status find_made(struct key_reference *reference, ck_object_handle_t *private,
			     const struct token *token)
{
	struct object_name id;
	struct object_list privates, publics;
	enum status st;

	object_name_of(&id, &reference->uri);
	id.label[0] = '\0';
	st = object_find(&privates, token, OBJECT_PRIVATE, &id);
	if (st != GR_OK)
		return st;
	st = object_find(&publics, token, OBJECT_PUBLIC, &id);
	if (st != GR_OK)
		return st;
	if (privates.count == 1 && publics.count == 1) {
		*private = privates.handle[0];
		st = object_read_public(&reference->public, token, publics.handle[0]);
		if (st != GR_NO)
			return st;
	}
	st = destroy_all(token, &privates);
	if (st == GR_OK)
		st = destroy_all(token, &publics);
	return st == GR_OK ? GR_NO : st;
}

static enum status check_signs(struct token *token, ck_object_handle_t private, EVP_PKEY *public)
{
	EVP_PKEY *key;
	enum status st;

	st = token_key_wrap(&key, token, private, public);
	if (st != GR_OK)
		return st;
	if (!key_signs(key)) {
		complain("%s: the key that it made does not sign: %s", token->where,
			 complain_openssl());
		st = token_key_failure(key);
	}
	EVP_PKEY_free(key);
	return st;
}

/* A key that a runtime knows by a label must be able to get it and to lose it. */
static enum status check_can_move(struct token *token, ck_object_handle_t private)
{
	enum status st = object_can_move(token, private);

	if (st != GR_NO)
		return st;
	complain("%s: the token can neither copy nor rename a key; let privateKeyPath name a file "
		 "that holds the URI",
		 token->where);
	return GR_BAD;
}

static enum status make_in(struct token *token, struct key_reference *reference,
			   const struct alg_key *alg)
{
	struct object_name own;
	ck_object_handle_t private;
	enum status st;

	object_name_of(&own, &reference->uri);
	st = find_made(reference, &private, token);
	if (st == GR_NO)
		st = token_key_make(&reference->public, &private, token, alg, &own);
	if (st == GR_OK)
		st = check_signs(token, private, reference->public);
	if (st == GR_OK && reference->has_shown)
		st = check_can_move(token, private);
	return st;
}

/*
 * The reference is written twice: without the public key before the key is made, so that no cut
 * leaves a key that nobody knows of, and with it afterwards.
 */
static enum status make(const struct store *store, uint32_t n, const struct alg_key *alg,
			const struct stat *like)
{
	struct token_objects objects;
	struct token *token;
	bool begun;
	enum status st;

	st = token_objects_load(&objects, store, n);
	begun = st == GR_OK;
	if (st == GR_NO)
		st = plan(&objects.reference, store, n);
	/* Before the first write: a token that is away leaves no plan behind. */
	if (st == GR_OK)
		st = token_objects_open(&token, store, &objects.reference.uri);
	if (st == GR_OK && !begun)
		st = write_reference(store, n, &objects.reference, like);
	if (st == GR_OK)
		st = make_in(token, &objects.reference, alg);
	if (st == GR_OK)
		st = write_reference(store, n, &objects.reference, like);
	token_objects_release(&objects);
	return st;
}

const struct key_backend token_keys = {
	.parse = parse,
	.check = check,
	.prove = prove,
	.failure = token_key_failure,
	.load = load,
	.same = same,
	.make = make,
	.destroy = relabel_destroy,
	.name = name,
	.complete = token_adoption_complete,
	.link_decides = false,
	.is_pending = relabel_is_pending,
	.show = relabel_show,
	.stage = relabel_stage,
	.look = relabel_look,
	.read_certificate = token_adoption_read_certificate,
	.check_adoptable = token_adoption_check,
	.name_adopted = token_adoption_name,
};
