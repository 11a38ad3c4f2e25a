/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remediation.h - the job that mends what an audit found. On GR_BAD, GR_NO and GR_FAIL one line
 * has been written.
 */
#ifndef GR_AUDIT_REMEDIATION_H
#define GR_AUDIT_REMEDIATION_H

#include <stddef.h>

#include "registry/db.h"

/*
 * The things of the newest job: AWS IoT allows a job a hundred targets, and a group any number of
 * things.
 */
#define REMEDIATION_GROUP "gr-audit"

struct remediation {
	const char *template;	/* of the job, or NULL */
	char **things;
	size_t count, size;
	char job[65];		/* "": none was needed */
	int64_t reached;	/* things that the job is for */
};

/* A rotation would mend something that was found at this thing. */
enum status remediation_add(struct remediation *r, const char *thing);
/*
 * Makes the job, in a transaction of its own, for those that no rotation job is open for, and that
 * have one ACTIVE certificate that has not expired: the broker would refuse it, and create a thing
 * with two; a person has to look. Sets job and reached.
 */
enum status remediation_order(struct remediation *r, struct db *db, int64_t now);
void remediation_release(struct remediation *r);

#endif
