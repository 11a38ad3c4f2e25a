/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate - PEM certificates, or one as DER: what we know of the first, and are they a chain?
 */
#include "cert.h"
#include "chain.h"
#include "lib/fuzz.h"
#include "strength.h"

#include <stdlib.h>
#include <string.h>

static void check_one(const struct cert *cert)
{
	struct strength strength;
	struct cert again = { 0 };
	char *pem;
	size_t len;

	strength_of(&strength, cert->x509);
	strength_problem(&strength);
	cert_is_valid_at(cert, 0);
	FUZZ_HOLDS(cert_same_subject(cert, cert));
	if (cert_pem(&pem, &len, cert) != GR_OK)
		return;
	if (cert_from_pem(&again, pem, len, "again") == GR_OK)
		FUZZ_HOLDS(strcmp(again.id, cert->id) == 0 && strcmp(again.spki, cert->spki) == 0);
	cert_release(&again);
	free(pem);
}

static void check_chain(const struct cert *cert, const char *pem, size_t len)
{
	STACK_OF(X509) *chain = NULL;
	const char *why;
	char *text;

	if (chain_from_pem(&chain, pem, len, "input") != GR_OK)
		return;
	chain_check(&why, cert->x509, chain, 0, 0);
	if (chain_pem(&text, chain, sk_X509_num(chain)) == GR_OK)
		free(text);
	chain_free(chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cert cert = { 0 };
	size_t len;
	char *pem = fuzz_pem(&len, "CERTIFICATE", data, size);
	void *block = fuzz_block(pem, len);

	if (cert_from_pem(&cert, block, len, "input") == GR_OK) {
		check_one(&cert);
		check_chain(&cert, block, len);
	}
	cert_release(&cert);
	free(block);
	free(pem);
	return 0;
}
