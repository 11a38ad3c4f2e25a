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
	struct credential c = { 0 };
	enum status st;

	if ((st = configured_token_open(&c.token, &reference->uri, conf, NULL)) == GR_OK &&
	    (st = referred_key_find_public(reference, c.token)) == GR_OK)
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
	enum status st = key_reference_parse(&reference, text, where, file);

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
		return take_reference(credential, conf, location, NULL, location, public);
	if ((st = secret_read(&text, &len, &file, location, KEY_FILE_MAX)) == GR_NO)
		complain("%s: no such file", location);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	*credential = (struct credential){ .token = NULL };
	st = key_reference_is(text)
	    ? take_reference(credential, conf, text, &file, location, public)
	    : key_from_pem(&credential->key, text, len, location);
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
	if ((st = object_find_one(&object, token, OBJECT_CERTIFICATE, &name)) == GR_NO) {
		complain("%s: there is no such certificate", location);
		return GR_BAD;
	}
	if (st == GR_OK && (st = object_read_certificate(&x509, token, object)) == GR_OK)
		st = cert_from_x509(cert, x509, location);
	return st;
}

enum status credential_certificate(struct cert *cert, const struct conf *conf,
				   const char *location)
{
	struct token *token;
	struct uri uri;
	enum status st;

	if (!uri_is(location)) {
		if ((st = cert_read(cert, location)) == GR_NO)
			complain("%s: no such file", location);
		return st == GR_NO ? GR_BAD : st;
	}
	if ((st = uri_parse(&uri, location, "certificate")) != GR_OK ||
	    (st = configured_token_open(&token, &uri, conf, NULL)) != GR_OK)
		return st;
	st = read_in_token(cert, token, &uri, location);
	token_close(token);
	return st;
}
