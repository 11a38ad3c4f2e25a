/* SPDX-License-Identifier: Apache-2.0 */
/* commit.c - the licence to say SUCCEEDED; it decides nothing */
#include "registry/rotation.h"
#include "registry/session.h"
#include "rotation/rotate.h"

#include <string.h>

/* Beside a nucleus the thing's own connection must run on NEW before anybody says so. */
static enum status thing_uses(bool *uses, struct event *e, const char *certificate)
{
	char used[65];
	enum status st = session_certificate(used, e->db, e->request.thing);

	*uses = st == GR_OK && strcmp(used, certificate) == 0;
	return st == GR_FAIL ? st : GR_OK;
}

static enum status grant(struct event *e, const struct execution *x, const struct rotation *r)
{
	enum status st;

	e->writes = true;
	if ((st = rotation_used(e->db, r->new_id, e->now)) != GR_OK ||
	    (st = rotation_commit(e->db, r->id, e->now)) != GR_OK)
		return st;
	return event_accept(e,
			    json_pack("{s:s, s:I, s:s}", "jobId", x->job, "executionNumber",
				      (json_int_t)x->number, "certificateId", r->new_id));
}

/* certificateId is optional; a device that names it must not be told yes about another one. */
static bool is_meant(const struct event *e, const char *certificate)
{
	const json_t *wanted = json_object_get(e->body, "certificateId");

	return !wanted ||
	    (json_is_string(wanted) && strcmp(json_string_value(wanted), certificate) == 0);
}

enum status rotate_commit(struct event *e)
{
	const char *why;
	struct execution x;
	struct rotation r;
	bool uses = true;
	enum status st = rotate_check(&x, &why, e);

	if (st == GR_OK && (st = rotation_of_execution(&r, e->db, x.id)) != GR_FAIL) {
		why = st == GR_NO ? "no certificate was asked for in this execution"
		    : strcmp(e->principal, r.new_id) != 0
		    ? "commit must be asked for over the new certificate"
		    : !is_meant(e, r.new_id) ? "certificateId is not the new certificate's"
		    : r.survivor == SURVIVOR_OLD
		    ? "this rotation has been decided for the old certificate"
		    : NULL;
		st = why ? GR_NO : GR_OK;
	}
	if (st == GR_NO)
		return event_reject_text(e, why, false);
	if (st == GR_OK && strcmp(e->client, e->request.thing) != 0)
		st = thing_uses(&uses, e, r.new_id);
	if (st != GR_OK)
		return st;
	if (!uses)
		return event_reject_text(
		    e, "the thing's own connection does not use the new certificate yet", true);
	return grant(e, &x, &r);
}
