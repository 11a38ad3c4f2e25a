/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no_pkcs11.c - what others call of src/lib/pkcs11, in a build without it (WITH_PKCS11=0)
 *
 * URIs and key references are refused where they are read, so there is never a struct uri, a key
 * reference or a token. What would work on one is there for the linker, and refuses as well. A key
 * that is in no token has the answers that the headers promise.
 */
#include "complain.h"
#include "pkcs11/key_reference.h"
#include "pkcs11/object.h"
#include "pkcs11/pin.h"
#include "pkcs11/referred_key.h"
#include "pkcs11/token.h"
#include "pkcs11/token_key.h"
#include "pkcs11/uri.h"
#include "str.h"

#include <string.h>

#define WHY \
	"this build has no PKCS#11 (WITH_PKCS11=0); for keys in a token build gr with p11-kit's " \
	"headers"

/* ---- What is read, and refused ---- */

/* As far as no PIN can stand in it. */
static int length_to_show(const char *uri)
{
	const char *pin = strstr(uri, "pin-value");
	size_t len = strcspn(uri, "?\r\n");

	return (int)(pin && pin < uri + len ? (size_t)(pin - uri) : len);
}

static enum status refuse(const char *what, const char *uri)
{
	complain("%s: %.*s: " WHY, what, length_to_show(uri), uri);
	return GR_BAD;
}

enum status uri_parse(struct uri *uri, const char *text, const char *what)
{
	*uri = (struct uri){ .has_slot = false };
	return refuse(what, text);
}

/* A PIN in text goes no further: uri_parse refuses it, and shows none. */
enum status uri_cut_pin(char *text, char *pin, size_t size)
{
	(void)text;
	str_copy(pin, size, "");
	return GR_NO;
}

bool key_reference_is(const char *text)
{
	return uri_is(text);
}

enum status key_reference_parse(struct key_reference *reference, const char *text,
				const char *where, const struct stat *file)
{
	(void)reference;
	(void)file;
	return refuse(where, text);
}

enum status pin_read(struct pin *pin, const char *source, const void *context)
{
	(void)context;
	*pin = (struct pin){ .len = 0 };
	str_copy(pin->source, sizeof pin->source, source);
	return pin_refuse(pin, WHY);
}

enum status pin_take_line(struct pin *pin, const char *buf, size_t len)
{
	(void)buf;
	(void)len;
	return pin_refuse(pin, WHY);
}

enum status pin_refuse(struct pin *pin, const char *why)
{
	complain("PIN: %s: %s", pin->source, why);
	return GR_BAD;
}

void pin_wipe(struct pin *pin)
{
	(void)pin;
}

int pin_descriptor(const char *source)
{
	(void)source;
	return -1;
}

/* ---- A key that is in no token ---- */

enum status token_key_ready(EVP_PKEY *key)
{
	(void)key;
	return GR_OK;
}

bool token_key_is_lost(EVP_PKEY *key)
{
	(void)key;
	return false;
}

enum status token_key_check_sign(EVP_PKEY *key, const struct alg_sign *alg)
{
	(void)key;
	(void)alg;
	return GR_OK;
}

enum status token_key_failure(EVP_PKEY *key)
{
	(void)key;
	return GR_BAD;
}

void token_close(struct token *token)
{
	(void)token;
}

void key_reference_release(struct key_reference *reference)
{
	(void)reference;
}

/* ---- For the linker ---- */

static enum status no_token(void)
{
	complain("token: " WHY);
	return GR_BAD;
}

bool uri_format(char *to, size_t size, const struct uri *uri)
{
	(void)uri;
	str_copy(to, size, "");
	return false;
}

enum status key_reference_format(char **text, size_t *len, const struct key_reference *reference)
{
	(void)text;
	(void)len;
	(void)reference;
	return no_token();
}

enum status referred_key_find_public(struct key_reference *reference, const struct token *token)
{
	(void)reference;
	(void)token;
	return no_token();
}

enum status referred_key_load(EVP_PKEY **key, struct token *token,
			      const struct key_reference *reference)
{
	(void)key;
	(void)token;
	(void)reference;
	return no_token();
}

void object_name_of(struct object_name *name, const struct uri *uri)
{
	(void)uri;
	*name = (struct object_name){ .id_len = 0 };
}

enum status object_find_one(ck_object_handle_t *object, const struct token *token,
			    enum object_class class, const struct object_name *name)
{
	(void)object;
	(void)token;
	(void)class;
	(void)name;
	return no_token();
}

enum status object_read_name(struct object_name *name, const struct token *token,
			     ck_object_handle_t object)
{
	(void)name;
	(void)token;
	(void)object;
	return no_token();
}

enum status object_read_certificate(X509 **certificate, const struct token *token,
				    ck_object_handle_t object)
{
	(void)certificate;
	(void)token;
	(void)object;
	return no_token();
}

enum status token_new(struct token **token, const struct token_setup *setup)
{
	(void)setup;
	*token = NULL;
	return no_token();
}

enum status token_connect(struct token *token)
{
	(void)token;
	return no_token();
}

bool token_key_has_pss(const struct token *token)
{
	(void)token;
	return false;
}

bool token_key_can_make(const struct token *token, const struct alg_key *alg)
{
	(void)token;
	(void)alg;
	return false;
}

bool token_key_can_sign(const struct token *token, const struct alg_sign *alg)
{
	(void)token;
	(void)alg;
	return false;
}

enum status token_key_create(EVP_PKEY **public, struct uri *uri, const struct token *token,
			     const struct alg_key *alg)
{
	(void)public;
	(void)uri;
	(void)token;
	(void)alg;
	return no_token();
}

enum status token_key_promise(EVP_PKEY **key, struct token *token, const struct object_name *name,
			      EVP_PKEY *public)
{
	(void)key;
	(void)token;
	(void)name;
	(void)public;
	return no_token();
}
