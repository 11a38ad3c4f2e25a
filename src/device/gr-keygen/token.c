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

	if ((st = alg_key_find(&alg, conf_text(conf, CONF_KEY_ALGORITHM))) == GR_OK &&
	    (st = token_key_create(&public, uri, token, alg)) == GR_OK)
		EVP_PKEY_free(public);
	return st;
}

enum status token_first_key(const struct conf *conf, const char *text)
{
	struct uri uri;
	struct token *token = NULL;
	char whole[URI_TEXT];
	enum status st;

	if ((st = uri_parse(&uri, text, "-k")) != GR_OK)
		return st;
	if (!uri.object[0] || (uri.type[0] && strcmp(uri.type, "private") != 0)) {
		complain("-k: %s: name a private key by its label, object=LABEL", text);
		return GR_BAD;
	}
	if ((st = configured_token_open(&token, &uri, conf, NULL)) == GR_OK &&
	    (st = make(&uri, token, conf)) == GR_OK && uri_format(whole, sizeof whole, &uri))
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

/* GR_NO, silent: in a file. */
static enum status next_place(struct uri *uri, const struct conf *conf, const char *text)
{
	const char *next = conf_text(conf, CONF_NEXT_KEY),
		   *path = conf_text(conf, CONF_PRIVATE_KEY_PATH);
	struct key_reference reference = { .public = NULL };
	struct stat file;
	enum status st;
	char *live;
	size_t len;

	if (!text && (st = settings_next_key(conf)) != GR_OK)
		return st;
	if (text || next[0] || uri_is(path)) {
		text = text ? text : next[0] ? next : path;
		return strcmp(text, "file") == 0 ? GR_NO : uri_parse(uri, text, "token");
	}
	if (path[0] == '\0' || (st = secret_read(&live, &len, &file, path, KEY_FILE_MAX)) != GR_OK)
		return path[0] ? st : GR_NO;
	st = key_reference_is(live) ? key_reference_parse(&reference, live, path, &file) : GR_NO;
	*uri = reference.uri;
	key_wipe(live, len);
	key_reference_release(&reference);
	return st;
}

enum status token_list(const struct conf *conf, const char *text)
{
	struct token *token = NULL;
	struct uri uri;
	enum status st;

	if ((st = next_place(&uri, conf, text)) == GR_OK)
		st = configured_token_open(&token, &uri, conf, NULL);
	if (st != GR_OK && st != GR_NO)
		return st;
	for (const struct alg_key *key = alg_key_list(); key->name; key++)
		if (!token || token_key_can_make(token, key))
			print(token, key);
	token_close(token);
	return GR_OK;
}
