/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adoption.h - taking in a certificate of ours that the registry does not know.
 *
 * A registry that comes from an older copy does not know what was issued since. That one of our
 * authorities signed a certificate proves that we issued it; whose it is, an operator says, or the
 * certificate itself.
 */
#ifndef GR_ROTATION_ADOPTION_H
#define GR_ROTATION_ADOPTION_H

#include "cert.h"
#include "issuer/signer.h"
#include "registry/db.h"

/*
 * Registers the certificate for thing and notes it in the ledger; sync that before the transaction
 * commits. GR_NO, one line: adopted_certificate_check refuses it, or none of our authorities
 * signed it.
 */
enum status adoption_make(struct db *db, struct signer *signer, const struct cert *cert,
			  const char *thing, int64_t now);

/*
 * Tells whether the certificate itself says that it is thing's: its subject is the one of a
 * certificate that the registry has for thing, its commonName is the thing's name, and it does not
 * begin before the newest of those. GR_NO, one line: it does not, or the registry knows its key,
 * so that its certificate was deleted.
 */
enum status adoption_belongs(struct db *db, const struct cert *cert, const char *thing);

#endif
