/* SPDX-License-Identifier: Apache-2.0 */
/* csr - a certificate signing request, PEM or DER, as the backend examines it */
#include "csr.h"
#include "lib/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why;
	struct csr csr;
	size_t len;
	char *pem = fuzz_pem(&len, "CERTIFICATE REQUEST", data, size);
	void *block = fuzz_block(pem, len);

	if (csr_open(&csr, &why, block, len) == GR_OK) {
		FUZZ_HOLDS(strlen(csr.spki) == 64 && csr.req);
		csr_release(&csr);
	} else {
		FUZZ_HOLDS(why);
	}
	free(block);
	free(pem);
	return 0;
}
