/* SPDX-License-Identifier: Apache-2.0 */
/* credential.c - keys and certificates from files and tokens */
#include "store/credential.h"
#include "complain.h"
#include "key.h"
#include "pkcs11/referred_key.h"
#include "secret.h"
#include "token/configured_token.h"

#include <stdlib.h>

static enum status open_in_token(struct credential *credential, const struct conf *conf,
				 struct key_reference *reference)
{
	struct credential c = { .token = NULL };
	enum status st;

	st = configured_token_open(&c.token, &reference->uri, conf, NULL);
	if (st != GR_OK)
		return st;
	st = referred_key_find_public(reference, c.token);
	if (st == GR_OK)
		st = referred_key_load(&c.key, c.token, reference);
	if (st == GR_OK)
		*credential = c;
	else
		credential_release(&c);
	return st;
}

/* file: as key_reference_parse says. */
static enum status take_reference(struct credential *credential, const struct conf *conf,
				  const char *text, const struct stat *file, const char *where,
				  EVP_PKEY *public)
{
	struct key_reference reference = { .public = NULL };
	enum status st;

	st = key_reference_parse(&reference, text, where, file);
	if (st == GR_OK && !reference.public && public && EVP_PKEY_up_ref(public))
		reference.public = public;
	if (st == GR_OK)
		st = open_in_token(credential, conf, &reference);
	key_reference_release(&reference);
	return st;
}

enum status credential_key(struct credential *credential, const struct conf *conf,
			   const char *location, EVP_PKEY *public)
{
	struct stat file;
	enum status st;
	char *text;
	size_t len;

	if (uri_is(location))
		return take_reference(credential, conf, location, NULL, "key", public);
	st = secret_read(&text, &len, &file, location, KEY_FILE_MAX);
	if (st == GR_NO) {
		complain("%s: no such file", location);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	*credential = (struct credential){ .token = NULL };
	if (key_reference_is(text))
		st = take_reference(credential, conf, text, &file, location, public);
	else
		st = key_from_pem(&credential->key, text, len, location);
	key_wipe(text, len);
	return st;
}

void credential_release(struct credential *credential)
{
	EVP_PKEY_free(credential->key);
	token_close(credential->token);
	*credential = (struct credential){ .token = NULL };
}

static enum status read_in_token(struct cert *cert, const struct token *token,
				 const struct uri *uri, const char *location)
{
	struct object_name name;
	ck_object_handle_t object;
	X509 *x509 = NULL;
	enum status st;

	object_name_of(&name, uri);
	st = object_find_one(&object, token, OBJECT_CERTIFICATE, &name);
	if (st == GR_NO) {
		complain("%s: there is no such certificate", location);
		return GR_BAD;
	}
	if (st != GR_OK)
		return st;
	st = object_read_certificate(&x509, token, object);
	return st == GR_OK ? cert_from_x509(cert, x509, location) : st;
}

static enum status read_file(struct cert *cert, const char *path)
{
	enum status st = cert_read(cert, path);

	if (st != GR_NO)
		return st;
	complain("%s: no such file", path);
	return GR_BAD;
}

enum status credential_certificate(struct cert *cert, const struct conf *conf,
				   const char *location)
{
	struct token *token;
	struct uri uri;
	enum status st;

	if (!uri_is(location))
		return read_file(cert, location);
	st = uri_parse(&uri, location, "certificate");
	if (st != GR_OK)
		return st;
	st = configured_token_open(&token, &uri, conf, NULL);
	if (st != GR_OK)
		return st;
	st = read_in_token(cert, token, &uri, location);
	token_close(token);
	return st;
}
