/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crl.h - a certificate revocation list (RFC 5280, 5) of one authority. On any status but GR_OK
 * one line has been written.
 */
#ifndef GR_ISSUER_CRL_H
#define GR_ISSUER_CRL_H

#include "issuer/authority.h"

/* Makes an empty CRL; free it with X509_CRL_free. Times are seconds since the epoch. */
enum status crl_make(X509_CRL **crl, const struct authority *a, int64_t number, int64_t now,
		     int64_t next);
/*
 * Adds a revoked certificate; serial is hexadecimal, reason a number of 5.3.1; 0, unspecified, is
 * left out, as the RFC recommends.
 */
enum status crl_add(X509_CRL *crl, const char *serial, int64_t revoked, int reason);
enum status crl_sign(X509_CRL *crl, const struct authority *a, const EVP_MD *digest);

#endif
