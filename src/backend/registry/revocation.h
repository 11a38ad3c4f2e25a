/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocation.h - certificates that never count again, whatever else the registry says of them
 * later: their rows outlive those of the certificates.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO and GR_FAIL one
 * line has been written.
 */
#ifndef GR_REGISTRY_REVOCATION_H
#define GR_REGISTRY_REVOCATION_H

#include "registry/db.h"

/* Why, by the names and numbers of RFC 5280, 5.3.1. */
#define REVOCATION_UNSPECIFIED "unspecified"
#define REVOCATION_SUPERSEDED "superseded"
#define REVOCATION_UNUSED "cessationOfOperation"
/* The number of a reason that may be given; -1: none of them. */
int revocation_reason(const char *name);
/* All of them, with commas. */
#define REVOCATION_REASONS \
	"unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation, " \
	"privilegeWithdrawn"

/* Revokes a registered certificate; what was revoked stays as it is. GR_NO: not registered. */
enum status revocation_add(struct db *db, const char *certificate, const char *reason,
			   int64_t now);

/*
 * The number of the next CRL of an authority: greater than all before it, also when an old
 * registry was put back.
 */
enum status revocation_crl_number(int64_t *number, struct db *db, const char *authority,
				  int64_t now);

struct revocation {
	const char *serial;	/* hexadecimal */
	int64_t revoked;	/* ms since the epoch */
	int reason;
};
/*
 * Calls each for all of an authority whose certificates had not expired by since, until it gives
 * GR_FAIL.
 */
enum status revocation_each(struct db *db, const char *authority, int64_t since,
			    enum status (*each)(void *obj, const struct revocation *revocation),
			    void *obj);

#endif
