/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issued_certificate.h - the certificate that a backend offers for our CSR, and everything that
 * could be wrong with it.
 */
#ifndef GR_CREATE_ISSUED_CERTIFICATE_H
#define GR_CREATE_ISSUED_CERTIFICATE_H

#include "cert.h"
#include "chain.h"
#include "csr.h"
#include "json.h"

struct issued_certificate {
	struct cert cert;
	STACK_OF(X509) *chain;	/* NULL: none was asked for, or none came */
};
struct issued_certificate_terms {
	const struct csr *csr;
	const char *ca;		/* file of the CAs that it must come from, "": not asked */
	bool chain;		/* we asked for the chain */
};

/*
 * What an accepted answer holds (issued_certificate_release it). It must be for the key of the
 * CSR, else GR_BAD, silent: an answer to somebody else. GR_NO, one line: none, or not fit for use:
 * another subject, dates that the service's own timestamp does not lie in, a chain that does not
 * hang together, not issued below the CAs in ca. GR_FAIL, one line: ca cannot be read.
 */
enum status issued_certificate_check(struct issued_certificate *offer, const json_t *answer,
				     const struct issued_certificate_terms *terms);
void issued_certificate_release(struct issued_certificate *offer);	/* takes a zeroed struct */

#endif
