/* SPDX-License-Identifier: Apache-2.0 */
/* uri - a PKCS#11 URI: read, written, and read again as the same; and its PIN, cut out */
#include "lib/fuzz.h"
#include "pkcs11/uri.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 3 * PATH_MAX };	/* that uri_parse takes */

static void check_again(const struct uri *uri)
{
	static char text[8 * PATH_MAX];
	struct uri again;

	FUZZ_HOLDS(uri_format(text, sizeof text, uri));
	if (strlen(text) > LONGEST)
		return;
	FUZZ_HOLDS(uri_parse(&again, text, "again") == GR_OK);
	FUZZ_HOLDS(strcmp(again.object, uri->object) == 0 && strcmp(again.token, uri->token) == 0);
	FUZZ_HOLDS(strcmp(again.module, uri->module) == 0);
	FUZZ_HOLDS(strcmp(again.pin_source, uri->pin_source) == 0);
	FUZZ_HOLDS(again.id_len == uri->id_len && memcmp(again.id, uri->id, uri->id_len) == 0);
	FUZZ_HOLDS(again.has_slot == uri->has_slot && again.slot == uri->slot);
	FUZZ_HOLDS(uri_format_name(text, sizeof text, uri) && !strchr(text, '?'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_parts parts = { data, size };
	char *text = fuzz_part(&parts), pin[256];
	struct uri uri;

	if (uri_parse(&uri, text, "input") == GR_OK)
		check_again(&uri);
	if (uri_is(text) && uri_cut_pin(text, pin, sizeof pin) != GR_NO)
		FUZZ_HOLDS(strlen(pin) < sizeof pin);
	free(text);
	return 0;
}
