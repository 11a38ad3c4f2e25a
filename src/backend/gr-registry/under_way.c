/* SPDX-License-Identifier: Apache-2.0 */
/* under_way.c - is a certificate needed by a rotation that has no end yet? */
#include "gr-registry/under_way.h"
#include "complain.h"
#include "registry/rotation.h"

/* By what the device does when the broker refuses this one. */
static const char *consequence(enum rules_part part)
{
	return part == RULES_IS_NEW
	    ? "the new certificate; without it the device goes back to the old one, and its job "
	      "fails"
	    : "the old certificate; without it the device has nothing to go back to, and is cut "
	      "off if the new one does not work";
}

enum status under_way_check(struct db *db, const char *certificate)
{
	struct rotation r;
	enum status st = rotation_under_way(&r, db, certificate);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	complain("%s: in the rotation of %s that is under way (job %s) it is %s; wait for its "
		 "end, or add --force",
		 certificate, r.thing, r.job,
		 consequence(rules_part(certificate, r.old_id, r.new_id)));
	return GR_NO;
}
