/* SPDX-License-Identifier: Apache-2.0 */
/* own_job_request.c - answers a thing that asks for a rotation job of its own */
#include "jobs/own_job_request.h"
#include "complain.h"
#include "jobs/transition.h"
#include "registry/own_job.h"
#include "str.h"

#include <openssl/sha.h>
#include <string.h>

enum { TIMEOUT_MINUTES = 30 };	/* as our job template */

static enum status accept(struct event *e, const char *job)
{
	e->writes = true;
	return event_accept(e, json_pack("{s:s}", "jobId", job));
}

/* Has the thing had a job of its own within the time that the operator has set? */
static enum status asked_lately(const struct event *e)
{
	int64_t at = 0;
	enum status st = own_job_last(&at, e->db, e->request.thing);

	if (st != GR_OK)
		return st;
	/* A time in the future was written before the clock was set back: it does not count. */
	return at <= e->now && e->now - at < e->own_job_ms ? GR_OK : GR_NO;
}

/*
 * Makes a job id from a hash of the thing's name: the name itself may be too long for a job id,
 * and have characters that are not allowed there.
 */
static void name_job(char id[static 65], const struct event *e)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	char hex[13];

	SHA256((const unsigned char *)e->request.thing, strlen(e->request.thing), md);
	str_hex(hex, md, 6);
	str_format(id, 65, "own-%s-%lld", hex, (long long)e->now);
}

/* Makes the job and queues its only execution at once; no rollout is needed for one thing. */
static enum status make_job(const struct event *e, const char *id, const char *target)
{
	const char *thing = e->request.thing, *targets[] = { target, NULL };
	const struct job_request q = {
		.id = id,
		.document = "{\"operation\":\"" JOB_ROTATE "\"}",
		.description = "asked for by the thing itself",
		.timeout_minutes = TIMEOUT_MINUTES,
		.targets = targets
	};
	enum status st = job_create(e->db, &q, e->now);

	if (st == GR_OK)
		st = transition_add(e->db, thing, id, e->now);
	if (st == GR_OK)
		st = job_rolled_out(e->db, id, e->now);
	return st == GR_OK ? own_job_note(e->db, thing, id, e->now) : st;
}

static enum status order(struct event *e)
{
	const char *thing = e->request.thing;
	char id[65], target[136];

	name_job(id, e);
	str_format(target, sizeof target, "thing/%s", thing);
	if (make_job(e, id, target) != GR_OK)
		return GR_FAIL;
	complain("job %s: ordered by thing %s itself", id, thing);
	return accept(e, id);
}

enum status own_job_request_handle(struct event *e)
{
	struct execution pending;
	const char *why;
	enum status st = event_check_asker(&why, e);

	if (st != GR_OK)
		return st == GR_NO ? event_reject_text(e, why, false) : st;
	if (e->own_job_ms == 0)
		return event_reject_text(e, "things may not ask for jobs of their own here",
					 false);
	/*
	 * A rotation that is QUEUED or IN_PROGRESS for the thing is the answer, whoever made it.
	 */
	if ((st = execution_rotation(&pending, e->db, e->request.thing, "")) == GR_OK)
		return accept(e, pending.job);
	if (st == GR_NO && (st = asked_lately(e)) == GR_OK)
		return event_reject_text(e, "the thing has had a job of its own lately", true);
	return st == GR_NO ? order(e) : st;
}
