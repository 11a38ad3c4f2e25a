/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - what is wrong, or soon will be, with certificates that are ACTIVE. One pass over an
 * index in which all of it stands; a certificate itself is read only where that says nothing.
 */
#ifndef GR_REGISTRY_AUDIT_H
#define GR_REGISTRY_AUDIT_H

#include "registry/db.h"

enum audit_check {
	AUDIT_EXPIRED,		/* past its end: the broker refuses it */
	AUDIT_EXPIRING,
	AUDIT_OLD,		/* registered long ago, whatever its end */
	AUDIT_WEAK,		/* key or signature: strength.h */
	/*
	 * its key is certified for another thing as well: a certificate belongs to one thing, a
	 * key could be copied
	 */
	AUDIT_SHARED,
	AUDIT_UNATTACHED,
	/* a thing with two certificates that no rotation under way explains */
	AUDIT_SEVERAL,
	AUDIT_CHECKS
};
const char *audit_name(enum audit_check check);		/* "expired", "two-certificates" */
/* Finds the check of that name. AUDIT_CHECKS: there is none. */
enum audit_check audit_find(const char *name);
/*
 * Tells whether a rotation would mend what the check finds. It would not mend an expired
 * certificate, which cannot connect, nor a thing with two, which create refuses.
 */
bool audit_is_mended_by_rotation(enum audit_check check);

struct audit_finding {
	enum audit_check check;
	const char *thing, *certificate;	/* "": none */
	const char *detail;
};
struct audit {
	int64_t now, expiring_ms, age_ms;
	/* expiring is at most the last third of a certificate's life */
	bool a_third;
	/* 1 << enum audit_check of those that are wanted */
	unsigned checks;
	/* GR_FAIL ends the audit. */
	enum status (*found)(void *arg, const struct audit_finding *finding);
	void (*looked_at)(void *arg, int64_t certificates);	/* NULL: nobody wants to know */
	void *arg;
};
/* Counts the certificates that there are to look at. */
enum status audit_size(int64_t *certificates, struct db *db);
/*
 * Runs the audit, outside a transaction, and calls audit->found for each finding. *certificates:
 * how many were looked at.
 */
enum status audit_run(int64_t *certificates, const struct audit *audit, struct db *db);

#endif
