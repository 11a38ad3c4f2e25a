/* SPDX-License-Identifier: Apache-2.0 */
/* remedy.h - the job that mends what an audit found. On GR_BAD, GR_NO and GR_FAIL one line has been written. */
#ifndef GR_REMEDY_H
#define GR_REMEDY_H

#include <stddef.h>

#include "registry/db.h"

#define REMEDY_GROUP "gr-audit"	/* the things of the newest job: AWS IoT allows a job a hundred targets, and a group any number of things */

struct remedy {
	const char *template;	/* of the job, or NULL */
	char **things;
	size_t count, size;
	char job[65];		/* "": none was needed */
	int64_t reached;	/* things that the job is for */
};

/* A rotation would mend something that was found at this thing. */
enum status remedy_add(struct remedy *r, const char *thing);
/*
 * Makes the job, in a transaction of its own, for those that no rotation job is open for, and that have one ACTIVE certificate that
 * has not expired: the broker would refuse it, and create a thing with two; a person has to look. Sets job and reached.
 */
enum status remedy_order(struct remedy *r, struct db *db, int64_t now);
void remedy_release(struct remedy *r);

#endif
