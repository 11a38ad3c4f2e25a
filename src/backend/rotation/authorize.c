/* SPDX-License-Identifier: Apache-2.0 */
/* authorize.c - what every request of a rotation must satisfy */
#include "json.h"
#include "registry/certificate.h"
#include "registry/job.h"
#include "rotation/rotate.h"

#include <string.h>

/*
 * T, its further connections, or T#gr beside a nucleus: any other suffix may be somebody with a
 * copied key.
 */
static bool speaks_for(const char *client, const char *thing)
{
	const char *suffix = topic_client_suffix(client, thing);

	return suffix && topic_client_acts(suffix);
}

static enum status check_principal(const char **why, const struct event *e)
{
	struct certificate c;
	enum status st = certificate_get(&c, e->db, e->principal);

	if (st == GR_FAIL)
		return st;
	*why = st == GR_NO ? "the certificate of this connection is not registered"
	    : c.revoked	   ? "the certificate of this connection is revoked"
	    : !c.active	   ? "the certificate of this connection is not ACTIVE"
	    : strcmp(c.thing, e->request.thing) != 0
	    ? "the certificate of this connection is not attached to the thing"
	    : NULL;
	return *why ? GR_NO : GR_OK;
}

static enum status check_execution(struct execution *x, const char **why, const struct event *e,
				   const char *job_id)
{
	const json_t *number = json_object_get(e->body, "executionNumber");
	struct job job = { 0 };
	enum status st;

	if (number && !json_is_integer(number)) {
		*why = "executionNumber is not a number";
		return GR_NO;
	}
	st = execution_find(x, e->db, e->request.thing, job_id, 0);
	if (st == GR_OK && x->status == EXECUTION_IN_PROGRESS &&
	    (!number || json_integer_value(number) == x->number)) {
		if ((st = job_get(&job, e->db, job_id)) == GR_OK && !job_is_rotation(&job)) {
			*why = "the job's document does not ask for ROTATE_CERTIFICATE";
			st = GR_NO;
		}
		job_release(&job);
		return st;
	}
	if (st == GR_FAIL)
		return st;
	*why = st == GR_NO			 ? "no such job execution for this thing"
	    : x->status != EXECUTION_IN_PROGRESS ? "the job execution is not IN_PROGRESS"
						 : "the job has a newer execution";
	return GR_NO;
}

enum status rotate_check_asker(const char **why, const struct event *e)
{
	*why = "the client id is not the thing's";
	return speaks_for(e->client, e->request.thing) ? check_principal(why, e) : GR_NO;
}

enum status rotate_check(struct execution *x, const char **why, const struct event *e)
{
	const char *job = json_text(e->body, "jobId");
	enum status st;

	*why = "jobId is missing";
	if (!job)
		return GR_NO;
	if ((st = rotate_check_asker(why, e)) != GR_OK)
		return st;
	return check_execution(x, why, e, job);
}

bool rotate_is_ours(const json_t *details)
{
	const char *device = json_text(details, "CertificateRotatorDevice");

	return device && strcmp(device, "gr") == 0;
}
