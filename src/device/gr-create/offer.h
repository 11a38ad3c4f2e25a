/* offer.h - the certificate that a backend offers for our CSR, and everything that could be wrong with it. */
#ifndef GR_OFFER_H
#define GR_OFFER_H

#include "cert.h"
#include "csr.h"
#include "json.h"

/*
 * The certificate in an accepted answer (cert_release it). It must be for the key of csr, else GR_BAD,
 * silent: an answer to somebody else. GR_NO, one line: none, or not fit for use: another subject,
 * dates that the service's own timestamp does not lie in, not issued below the CAs in ca ("": not asked). GR_FAIL, one line: ca cannot be read.
 */
enum status offer_check(struct cert *cert, const json_t *answer, const struct csr *csr, const char *ca);

#endif
