/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token - attributes that a PKCS#11 module gives: of a public key, then of a certificate
 *
 * Each is one byte, which is n for none, two bytes of length, and so many bytes.
 */
#include "lib/fuzz.h"
#include "pkcs11/object.h"

#include <stdlib.h>
#include <string.h>

static struct fuzz_parts module;

/* Whatever is asked for, the input has the next answer. */
enum status __wrap_object_read(void *to, size_t *len, size_t size, const struct token *token,
			       ck_object_handle_t object, ck_attribute_type_t type);
enum status __wrap_object_read(void *to, size_t *len, size_t size, const struct token *token,
			       ck_object_handle_t object, ck_attribute_type_t type)
{
	size_t want;

	(void)token;
	(void)object;
	(void)type;
	if (module.left < 3 || module.at[0] == 'n')
		return GR_NO;
	want = (size_t)module.at[1] << 8 | module.at[2];
	module.at += 3;
	module.left -= 3;
	*len = want < module.left ? want : module.left;
	if (*len > size)
		*len = size;
	memcpy(to, module.at, *len);
	module.at += *len;
	module.left -= *len;
	return GR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct token token;
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
