/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adopted_certificate.h - a certificate of one of our authorities that the registry does not know,
 * taken in: it was issued after the copy that this registry was made from.
 */
#ifndef GR_REGISTRY_ADOPTED_CERTIFICATE_H
#define GR_REGISTRY_ADOPTED_CERTIFICATE_H

#include "registry/certificate.h"

/*
 * Tells whether the registry may take the certificate in for thing. GR_NO, one line: there is no
 * such thing, it is registered already, revoked, expired or weak, or its key was registered for
 * another thing.
 */
enum status adopted_certificate_check(struct db *db, const struct cert *cert, const char *thing,
				      int64_t now);
/*
 * Registers it, ACTIVE and attached to thing, with the policies of the thing's newest certificate,
 * and with an alarm. It is retained, and so is what else the thing has: nobody can tell which of
 * them the device goes on with. The next rotation that succeeds, or an operator who settles, ends
 * that. Inside the caller's transaction.
 */
enum status adopted_certificate_add(struct db *db, const struct cert *cert,
				    const struct certificate_origin *origin, const char *thing,
				    int64_t now);
/* Retains a certificate that was taken in, and what the thing has besides it; or that alone. */
enum status adopted_certificate_retain(struct db *db, const char *thing, const char *certificate,
				       int64_t now);
enum status adopted_certificate_retain_others(struct db *db, const char *thing,
					      const char *certificate, int64_t now);

#endif
