/* SPDX-License-Identifier: Apache-2.0 */
/* authority_key.c - keys of authorities, in files and in tokens */
#include "issuer/authority_key.h"
#include "complain.h"
#include "key.h"
#include "pkcs11/key_reference.h"
#include "pkcs11/referred_key.h"
#include "pkcs11/token_key.h"
#include "secret.h"
#include "str.h"
#include "strength.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE = 30 };	/* seconds that one call of a module may take */

void authority_key_release(struct authority_key *key)
{
	EVP_PKEY_free(key->pkey);
	token_close(key->token);
	*key = (struct authority_key){ .pkey = NULL };
}

static enum status check_owner(const struct stat *own, bool in_token, const char *path)
{
	if ((own->st_mode & 077) != 0) {
		complain("%s: others than its owner may use it (mode %03o); chmod 600 it", path,
			 (unsigned)(own->st_mode & 0777));
		return GR_BAD;
	}
	if (!in_token || own->st_uid == geteuid() || own->st_uid == 0)
		return GR_OK;
	complain("%s: names code to run, and belongs to user %lu; run this as that user", path,
		 (unsigned long)own->st_uid);
	return GR_BAD;
}

enum status authority_key_text(char **text, size_t *len, bool *in_token, const char *path)
{
	struct stat own;
	enum status st = secret_read(text, len, &own, path, KEY_FILE_MAX);

	if (st != GR_OK)
		return st;
	*in_token = key_reference_is(*text);
	if ((st = check_owner(&own, *in_token, path)) != GR_OK)
		secret_free(*text, *len);
	return st;
}

/* Lock and refused PINs have a folder of their own, which is no part of a backup. */
static enum status new_token(struct token **token, const char *dir, const struct uri *uri)
{
	struct token_setup setup = { .uri = *uri,
				     .self = { geteuid(), getegid() },
				     .patience = PATIENCE,
				     .read_pin = pin_read };

	if (str_format(setup.state, sizeof setup.state, "%s/.token", dir))
		return token_new(token, &setup);
	complain("%s: the path is too long", dir);
	return GR_BAD;
}

enum status authority_key_named(struct authority_key *key, const char *dir, const struct uri *uri,
				EVP_PKEY *public)
{
	struct authority_key made = { .pkey = NULL };
	struct object_name name;
	enum status st;

	object_name_of(&name, uri);
	if ((st = new_token(&made.token, dir, uri)) == GR_OK &&
	    (st = token_key_promise(&made.pkey, made.token, &name, public)) == GR_OK)
		*key = made;
	else
		authority_key_release(&made);
	return st;
}

static enum status parse_reference(struct authority_key *key, const char *text, const char *path,
				   const char *dir, EVP_PKEY *public)
{
	struct key_reference reference = { .public = NULL };
	enum status st = key_reference_parse(&reference, text, path, NULL);

	if (st == GR_OK && !reference.uri.module[0]) {
		complain("%s: says no module-path, the PKCS#11 module of the token; gr-ca import "
			 "--key names it",
			 path);
		st = GR_BAD;
	}
	if (st == GR_OK)
		st = authority_key_named(key, dir, &reference.uri, public);
	key_reference_release(&reference);
	return st;
}

enum status authority_key_parse(struct authority_key *key, const char *text, size_t len,
				const char *path, const char *dir, EVP_PKEY *public)
{
	*key = (struct authority_key){ .pkey = NULL };
	if (key_reference_is(text))
		return parse_reference(key, text, path, dir, public);
	return key_from_pem(&key->pkey, text, len, path);
}

enum status authority_key_format(char **text, size_t *len, const struct authority_key *key)
{
	struct key_reference reference;

	if (!key->token)
		return key_pem(text, len, key->pkey);
	reference = (struct key_reference){ .uri = key->token->setup.uri };
	return key_reference_format(text, len, &reference);
}

enum status authority_key_make(struct authority_key *key, const char *dir, const struct uri *uri,
			       const struct alg_key *alg)
{
	EVP_PKEY *public = NULL;
	struct uri own = *uri;
	struct token *token;
	enum status st;

	if ((st = new_token(&token, dir, uri)) != GR_OK)
		return st;
	if ((st = token_connect(token)) == GR_OK)
		st = token_key_create(&public, &own, token, alg);
	token_close(token);
	str_copy(own.type, sizeof own.type, "private");
	if (st == GR_OK)
		st = authority_key_named(key, dir, &own, public);
	EVP_PKEY_free(public);
	return st;
}

/* The private key that uri names, alone, and its public half. */
static enum status look(struct key_reference *reference, const struct token *token)
{
	struct object_name name, found;
	ck_object_handle_t object;
	enum status st;

	object_name_of(&name, &reference->uri);
	if ((st = object_find_one(&object, token, OBJECT_PRIVATE, &name)) == GR_NO) {
		complain("%s: no private key %s is there", token->where, name.label);
		return GR_BAD;
	}
	if (st != GR_OK || (st = object_read_name(&found, token, object)) != GR_OK)
		return st;
	str_copy(reference->uri.object, sizeof reference->uri.object, found.label);
	memcpy(reference->uri.id, found.id, found.id_len);
	reference->uri.id_len = found.id_len;
	str_copy(reference->uri.type, sizeof reference->uri.type, "private");
	return referred_key_find_public(reference, token);
}

enum status authority_key_check(EVP_PKEY *public, const char *where)
{
	const char *weak = strength_key_weakness(public);

	if (!weak)
		return GR_OK;
	complain("%s: %s", where, weak);
	return GR_BAD;
}

enum status authority_key_find(struct authority_key *key, const char *dir, const struct uri *uri,
			       EVP_PKEY *public)
{
	struct key_reference reference = { .uri = *uri };
	struct token *token;
	enum status st;

	if ((st = new_token(&token, dir, uri)) != GR_OK)
		return st;
	if (public && EVP_PKEY_up_ref(public))
		reference.public = public;
	if ((st = token_connect(token)) == GR_OK && (st = look(&reference, token)) == GR_OK)
		st = authority_key_check(reference.public, token->where);
	token_close(token);
	if (st == GR_OK)
		st = authority_key_named(key, dir, &reference.uri, reference.public);
	key_reference_release(&reference);
	return st;
}
