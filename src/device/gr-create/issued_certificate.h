/* SPDX-License-Identifier: Apache-2.0 */
/*
 * issued_certificate.h - the certificate that a backend issued for our CSR, and all that could be
 * wrong with it.
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
	const char *ca;		/* file of the CAs that must have issued it, "": any */
	bool chain;		/* we asked for the chain */
	const struct cert *old;	/* that is in use; needed where own is not 0 */
	/* the device's time in seconds since the epoch; 0: it may be wrong, do not compare */
	int64_t own;
};

/*
 * Reads the certificate in an accepted answer and checks it (issued_certificate_release it).
 * GR_BAD, silent: it is for another key than that of the CSR, so the answer is not for this
 * request. GR_NO, one line: the answer has no certificate, or one that cannot be used: another
 * subject, dates that do not include the service's timestamp, or not our own time although those
 * of the certificate in use do, a chain that does not lead up from
 * it, not issued below the CAs in ca. GR_FAIL, one line: ca cannot be read.
 */
enum status issued_certificate_check(struct issued_certificate *issued, const json_t *answer,
				     const struct issued_certificate_terms *terms);
void issued_certificate_release(struct issued_certificate *issued); /* takes a zeroed struct */

#endif
