/* SPDX-License-Identifier: Apache-2.0 */
/* referred_key.c - keys in a token that is open */
#include "pkcs11/referred_key.h"
#include "complain.h"
#include "pkcs11/object.h"
#include "pkcs11/token.h"
#include "pkcs11/token_key.h"

enum status referred_key_load(EVP_PKEY **key, struct token *token,
			      const struct key_reference *reference)
{
	struct object_name name;
	ck_object_handle_t object;
	enum status st;

	/* By the id alone: a cut may have left the object with either label. */
	object_name_of(&name, &reference->uri);
	if (name.id_len)
		name.label[0] = '\0';
	st = object_find_one(&object, token, OBJECT_PRIVATE, &name);
	if (st == GR_NO && reference->has_shown) {
		name = reference->shown;
		name.label[0] = '\0';
		st = object_find_one(&object, token, OBJECT_PRIVATE, &name);
	}
	if (st == GR_NO) {
		complain("%s: the private key %s is not there", token->where,
			 reference->uri.object);
		return GR_BAD;
	}
	return st == GR_OK ? token_key_wrap(key, token, object, reference->public) : st;
}

enum status referred_key_find_public(struct key_reference *reference, const struct token *token)
{
	struct object_name name;
	ck_object_handle_t object;
	enum status st;

	if (reference->public)
		return GR_OK;
	object_name_of(&name, &reference->uri);
	if ((st = object_find_one(&object, token, OBJECT_PUBLIC, &name)) == GR_OK)
		st = object_read_public(&reference->public, token, object);
	if (st == GR_NO)
		complain("%s: no usable public key is called %s", token->where, name.label);
	return st == GR_NO ? GR_BAD : st;
}
