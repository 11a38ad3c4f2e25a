/* SPDX-License-Identifier: Apache-2.0 */
/* reference - what stands in a file in place of a private key: read, written, and read again */
#include "pkcs11/key_reference.h"
#include "lib/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_again(const struct key_reference *reference)
{
	struct key_reference again = { 0 };
	char *text;
	size_t len;

	if (key_reference_format(&text, &len, reference) != GR_OK)
		return;
	FUZZ_HOLDS(strlen(text) == len);
	if (key_reference_parse(&again, text, "again", NULL) == GR_OK)
		FUZZ_HOLDS(again.has_shown == reference->has_shown &&
			   !again.public == !reference->public);
	key_reference_release(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = { data, size };
	char *text = fuzz_part(&parts);
	struct key_reference reference = { 0 };

	if (key_reference_is(text)) {
		key_reference_is_bare(text);
		if (key_reference_parse(&reference, text, "input", NULL) == GR_OK)
			check_again(&reference);
		key_reference_release(&reference);
	}
	free(text);
	return 0;
}
