/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocation.h - revoked certificates, which are never accepted again. They have rows of their
 * own, which stay when a certificate's own row is deleted.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO and GR_FAIL one
 * line has been written.
 */
#ifndef GR_REGISTRY_REVOCATION_H
#define GR_REGISTRY_REVOCATION_H

#include "registry/db.h"

/* Reasons of a revocation, with the names and numbers of RFC 5280, 5.3.1. */
#define REVOCATION_UNSPECIFIED "unspecified"
#define REVOCATION_SUPERSEDED "superseded"
#define REVOCATION_UNUSED "cessationOfOperation"
/* Returns the number of a reason that may be given; -1: there is no such reason. */
int revocation_reason(const char *name);
/* The names of all reasons that may be given, for messages. */
#define REVOCATION_REASONS \
	"unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation, " \
	"privilegeWithdrawn"

/*
 * Revokes a registered certificate. One that was revoked before keeps its first reason and time.
 * GR_NO: not registered.
 */
enum status revocation_add(struct db *db, const char *certificate, const char *reason,
			   int64_t now);

/*
 * Sets *number to the number of an authority's next CRL. It is greater than all before it, also
 * after an old registry was restored, because it is at least the time in seconds.
 */
enum status revocation_crl_number(int64_t *number, struct db *db, const char *authority,
				  int64_t now);

struct revocation {
	const char *serial;	/* hexadecimal */
	int64_t revoked;	/* ms since the epoch */
	int reason;
};
/*
 * Calls each for every revoked certificate of the authority that had not expired by since, until
 * each returns another status than GR_OK.
 */
enum status revocation_each(struct db *db, const char *authority, int64_t since,
			    enum status (*each)(void *obj, const struct revocation *revocation),
			    void *obj);

#endif
