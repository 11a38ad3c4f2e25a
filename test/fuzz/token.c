/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token - attributes that a PKCS#11 module gives: of a public key, then of a certificate
 *
 * Each is one byte, which is n for none, two bytes of length, and so many bytes.
 */
#include "lib/fuzz.h"
#include "pkcs11/module.h"
#include "pkcs11/object.h"
#include "pkcs11/token.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

static struct fuzz_parts module;

/* No time limit, and nobody else to become. */
enum status __wrap_token_begin(const struct token *token, struct token_turn *turn);
enum status __wrap_token_begin(const struct token *token, struct token_turn *turn)
{
	(void)token;
	(void)turn;
	return GR_OK;
}

enum status __wrap_token_end(struct token_turn *turn, enum status st);
enum status __wrap_token_end(struct token_turn *turn, enum status st)
{
	(void)turn;
	return st;
}

/* Whatever is asked for, the input has the next answer. */
static ck_rv_t get_attribute(ck_session_handle_t session, ck_object_handle_t object,
			     struct ck_attribute *attribute, unsigned long count)
{
	size_t want;

	(void)session;
	(void)object;
	(void)count;
	if (module.left < 3 || module.at[0] == 'n')
		return CKR_ATTRIBUTE_TYPE_INVALID;
	want = (size_t)module.at[1] << 8 | module.at[2];
	module.at += 3;
	module.left -= 3;
	if (want > module.left)
		want = module.left;
	if (want > attribute->value_len)
		want = attribute->value_len;
	memcpy(attribute->value, module.at, want);
	attribute->value_len = want;
	module.at += want;
	module.left -= want;
	return CKR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ck_function_list functions = { .C_GetAttributeValue = get_attribute };
	static struct token token = { .f = &functions };
	EVP_PKEY *key = NULL;
	X509 *certificate = NULL;

	module = (struct fuzz_parts){ data, size };
	if (object_read_public(&key, &token, 1) == GR_OK)
		FUZZ_HOLDS(key && EVP_PKEY_get_bits(key) > 0);
	if (object_read_certificate(&certificate, &token, 1) == GR_OK)
		FUZZ_HOLDS(certificate);
	EVP_PKEY_free(key);
	X509_free(certificate);
	return 0;
}
