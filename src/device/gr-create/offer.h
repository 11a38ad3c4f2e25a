/* SPDX-License-Identifier: Apache-2.0 */
/* offer.h - the certificate that a backend offers for our CSR, and everything that could be wrong with it. */
#ifndef GR_OFFER_H
#define GR_OFFER_H

#include "cert.h"
#include "chain.h"
#include "csr.h"
#include "json.h"

struct offer {
	struct cert cert;
	STACK_OF(X509) *chain;	/* NULL: none was asked for, or none came */
};
struct offer_terms {
	const struct csr *csr;
	const char *ca;		/* file of the CAs that it must come from, "": not asked */
	bool chain;		/* we asked for the chain */
};

/*
 * What an accepted answer holds (offer_release it). It must be for the key of the CSR, else GR_BAD, silent: an answer to
 * somebody else. GR_NO, one line: none, or not fit for use: another subject, dates that the service's own timestamp does
 * not lie in, a chain that does not hang together, not issued below the CAs in ca. GR_FAIL, one line: ca cannot be read.
 */
enum status offer_check(struct offer *offer, const json_t *answer, const struct offer_terms *terms);
void offer_release(struct offer *offer);	/* takes a zeroed struct */

#endif
