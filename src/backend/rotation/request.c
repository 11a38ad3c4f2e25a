/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - a thing asks for a rotation job of its own, because its certificate gets old */
#include "complain.h"
#include "jobs/queue.h"
#include "rotation/rotate.h"
#include "str.h"

#include <openssl/sha.h>
#include <string.h>

enum { TIMEOUT_MINUTES = 30 };	/* as our job template */

static enum status accept(struct event *e, const char *job)
{
	e->writes = true;
	return event_accept(e, json_pack("{s:s}", "jobId", job));
}

/* Has the thing had one within the time that the operator grants? */
static enum status asked_lately(const struct event *e)
{
	int64_t at = 0;
	enum status st = db_number(&at, e->db, "SELECT at FROM own_job WHERE thing = ?", "s",
				   e->request.thing);

	if (st != GR_OK)
		return st;
	/* A time to come is of a clock that has been put right since. */
	return at <= e->now && e->now - at < e->own_job_ms ? GR_OK : GR_NO;
}

/* A thing's name may be longer than a job's id, and holds other letters. */
static void name_job(char id[static 65], const struct event *e)
{
	unsigned char md[SHA256_DIGEST_LENGTH];
	char hex[13];

	SHA256((const unsigned char *)e->request.thing, strlen(e->request.thing), md);
	str_hex(hex, md, 6);
	str_format(id, 65, "own-%s-%lld", hex, (long long)e->now);
}

static enum status order(struct event *e)
{
	const char *thing = e->request.thing;
	char id[65], target[136];
	const char *targets[] = { target, NULL };
	struct job_request q = {
		.id = id, .document = "{\"operation\":\"" JOB_ROTATE "\"}",
		.description = "asked for by the thing itself",
		.timeout_minutes = TIMEOUT_MINUTES, .targets = targets
	};

	name_job(id, e);
	str_format(target, sizeof target, "thing/%s", thing);
	if (job_create(e->db, &q, e->now) != GR_OK ||
	    queue_add(e->db, thing, id, e->now) != GR_OK ||
	    job_rolled_out(e->db, id, e->now) != GR_OK ||
	    db_run(e->db,
		   "INSERT INTO own_job (thing, job, at) VALUES (?1, ?2, ?3)"
		   " ON CONFLICT (thing) DO UPDATE SET job = ?2, at = ?3",
		   "ssi", thing, id, e->now) != GR_OK)
		return GR_FAIL;
	complain("job %s: ordered by thing %s itself", id, thing);
	return accept(e, id);
}

enum status rotate_request(struct event *e)
{
	struct execution pending;
	const char *why;
	enum status st = rotate_check_asker(&why, e);

	if (st == GR_OK && e->own_job_ms == 0) {
		why = "things may not ask for jobs of their own here";
		st = GR_NO;
	}
	if (st != GR_OK)
		return st == GR_NO ? event_reject_text(e, why, false) : st;
	/* One that waits for the thing, or is under way, whoever ordered it. */
	if ((st = execution_rotation(&pending, e->db, e->request.thing, "")) == GR_OK)
		return accept(e, pending.job);
	if (st == GR_NO && (st = asked_lately(e)) == GR_OK)
		return event_reject_text(e, "the thing has had a job of its own lately", true);
	return st == GR_NO ? order(e) : st;
}
