/* SPDX-License-Identifier: Apache-2.0 */
/* origin.h - which of our authorities issued a certificate. */
#ifndef GR_ISSUER_ORIGIN_H
#define GR_ISSUER_ORIGIN_H

#include <stdbool.h>

#include "cert.h"
#include "issuer/authority.h"

/* Who issued a certificate, and as what. */
struct origin {
	char authority[AUTHORITY_NAME_MAX + 1];
	bool private;		/* to retire it is to revoke it */
};

/*
 * Finds the authority of the directory ca that signed the certificate. private is what the issuing
 * profile says now. GR_NO, one line: none of them did.
 */
enum status origin_find(struct origin *origin, const char *ca, const struct cert *cert);

#endif
