/* SPDX-License-Identifier: Apache-2.0 */
/* commit.c - the permission to say SUCCEEDED; it decides nothing */
#include "rotation/commit.h"
#include "registry/rotation.h"
#include "registry/session.h"
#include "rotation/authorize.h"

#include <string.h>

/* Beside a nucleus the thing's own connection must use NEW before anybody says that it works. */
static enum status is_in_use(bool *in_use, const struct event *e, const char *certificate)
{
	char used[65];
	enum status st;

	*in_use = true;
	if (strcmp(e->client, e->request.thing) == 0)
		return GR_OK;
	st = session_certificate(used, e->db, e->request.thing);
	*in_use = st == GR_OK && strcmp(used, certificate) == 0;
	return st == GR_FAIL ? st : GR_OK;
}

/* certificateId is optional; a device that names it must not be told yes about another one. */
static bool names_another(const struct event *e, const char *certificate)
{
	const json_t *wanted = json_object_get(e->body, "certificateId");
	const char *id = json_string_value(wanted);

	return wanted && (!id || strcmp(id, certificate) != 0);
}

static enum status gather(struct rules_commit *facts, struct rotation *r, const struct event *e,
			  const struct execution *x)
{
	enum status st = rotation_of_execution(r, e->db, x->id);

	*facts = (struct rules_commit){ .issued = st == GR_OK };
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	facts->over = rules_part(e->principal, r->old_id, r->new_id);
	facts->names_another = names_another(e, r->new_id);
	facts->survivor = r->survivor;
	return is_in_use(&facts->in_use, e, r->new_id);
}

static enum status grant(struct event *e, const struct execution *x, const struct rotation *r)
{
	enum status st;

	e->writes = true;
	if ((st = rotation_used(e->db, r->new_id, e->now)) != GR_OK)
		return st;
	if ((st = rotation_commit(e->db, r->id, e->now)) != GR_OK)
		return st;
	return event_accept(e,
			    json_pack("{s:s, s:I, s:s}", "jobId", x->job, "executionNumber",
				      (json_int_t)x->number, "certificateId", r->new_id));
}

enum status commit_handle(struct event *e)
{
	const char *why;
	struct rules_commit facts;
	enum rules_refusal refusal;
	struct execution x;
	struct rotation r;
	enum status st = authorize_request(&x, &why, e);

	if (st != GR_OK)
		return st == GR_NO ? event_reject_text(e, why, false) : st;
	if ((st = gather(&facts, &r, e, &x)) != GR_OK)
		return st;
	refusal = rules_commit(&facts);
	if (refusal != RULES_ALLOWED)
		return event_reject_text(e, rules_sentence(refusal),
					 refusal == RULES_NEW_NOT_IN_USE);
	return grant(e, &x, &r);
}
