/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - a first key, and what a token can do */
#include "gr-keygen/token.h"
#include "complain.h"
#include "config/settings.h"
#include "key.h"
#include "pkcs11/key_reference.h"
#include "pkcs11/token_key.h"
#include "secret.h"
#include "store/credential.h"
#include "token/configured_token.h"

#include <stdio.h>
#include <string.h>

enum { URI_TEXT = 4 * PATH_MAX };

static enum status make(struct uri *uri, const struct token *token, const struct conf *conf)
{
	const struct alg_key *alg;
	EVP_PKEY *public;
	enum status st;

	st = alg_key_find(&alg, conf_text(conf, CONF_KEY_ALGORITHM));
	if (st != GR_OK)
		return st;
	st = token_key_create(&public, uri, token, alg);
	if (st == GR_OK)
		EVP_PKEY_free(public);
	return st;
}

enum status token_first_key(const struct conf *conf, const char *text)
{
	struct uri uri;
	struct token *token = NULL;
	char whole[URI_TEXT];
	enum status st;

	st = uri_parse(&uri, text, "-k");
	if (st != GR_OK)
		return st;
	if (!uri.object[0] || (uri.type[0] && strcmp(uri.type, "private") != 0)) {
		complain("-k: %s: name a private key by its label, object=LABEL", text);
		return GR_BAD;
	}
	st = configured_token_open(&token, &uri, conf, NULL);
	if (st == GR_OK)
		st = make(&uri, token, conf);
	if (st == GR_OK && uri_format(whole, sizeof whole, &uri))
		puts(whole);
	token_close(token);
	return st;
}

static void print(const struct token *token, const struct alg_key *key)
{
	fputs(key->name, stdout);
	for (const struct alg_sign *sign = alg_sign_list(); sign->name; sign++)
		if (sign->type == key->type && (!token || token_key_can_sign(token, sign)))
			printf(" %s", sign->name);
	putchar('\n');
}

/* The token of the key that a file refers to. GR_NO, silent: no such file, or a key in it. */
static enum status token_of_file(struct uri *uri, const char *path)
{
	struct key_reference reference = { .public = NULL };
	struct stat file;
	enum status st;
	char *text;
	size_t len;

	st = secret_read(&text, &len, &file, path, KEY_FILE_MAX);
	if (st != GR_OK)
		return st;
	st = key_reference_is(text) ? key_reference_parse(&reference, text, path, &file) : GR_NO;
	*uri = reference.uri;
	key_wipe(text, len);
	key_reference_release(&reference);
	return st;
}

/* The token in which the next key will be made. GR_NO, silent: it will be made in a file. */
static enum status next_token(struct uri *uri, const struct conf *conf)
{
	const char *next = conf_text(conf, CONF_NEXT_KEY);
	const char *path = conf_text(conf, CONF_PRIVATE_KEY_PATH);
	enum status st;

	st = settings_next_key(conf);
	if (st != GR_OK)
		return st;
	if (strcmp(next, "file") == 0)
		return GR_NO;
	if (next[0])
		return uri_parse(uri, next, "token");
	if (uri_is(path))
		return uri_parse(uri, path, "token");
	return path[0] ? token_of_file(uri, path) : GR_NO;
}

/* text: as for token_list. */
static enum status choose_token(struct uri *uri, const struct conf *conf, const char *text)
{
	if (!text)
		return next_token(uri, conf);
	return strcmp(text, "file") == 0 ? GR_NO : uri_parse(uri, text, "token");
}

enum status token_list(const struct conf *conf, const char *text)
{
	struct token *token = NULL;
	struct uri uri;
	enum status st;

	st = choose_token(&uri, conf, text);
	if (st == GR_OK)
		st = configured_token_open(&token, &uri, conf, NULL);
	if (st != GR_OK && st != GR_NO)
		return st;
	for (const struct alg_key *key = alg_key_list(); key->name; key++)
		if (!token || token_key_can_make(token, key))
			print(token, key);
	token_close(token);
	return GR_OK;
}
