/* SPDX-License-Identifier: Apache-2.0 */
/* authorize.c - what create and commit need */
#include "rotation/authorize.h"
#include "json.h"
#include "registry/job.h"

static enum status is_rotation(bool *rotation, struct db *db, const char *id)
{
	struct job job = { 0 };
	enum status st = job_get(&job, db, id);

	*rotation = st == GR_OK && job_is_rotation(&job);
	job_release(&job);
	return st == GR_FAIL ? st : GR_OK;
}

static enum status gather(struct rules_execution *facts, struct execution *x,
			  const struct event *e, const char *job)
{
	const json_t *number = json_object_get(e->body, "executionNumber");
	enum status st = execution_find(x, e->db, e->request.thing, job, 0);

	*facts = (struct rules_execution){ .exists = st == GR_OK };
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	facts->in_progress = x->status == EXECUTION_IN_PROGRESS;
	facts->is_newest = !number || json_integer_value(number) == x->number;
	return facts->in_progress ? is_rotation(&facts->is_rotation, e->db, job) : GR_OK;
}

static enum status check_execution(struct execution *x, const char **why, const struct event *e,
				   const char *job)
{
	const json_t *number = json_object_get(e->body, "executionNumber");
	struct rules_execution facts;
	enum rules_refusal refusal;
	enum status st;

	if (number && !json_is_integer(number)) {
		*why = "executionNumber is not a number";
		return GR_NO;
	}
	if ((st = gather(&facts, x, e, job)) != GR_OK)
		return st;
	refusal = rules_execution(&facts);
	*why = rules_sentence(refusal);
	return refusal == RULES_ALLOWED ? GR_OK : GR_NO;
}

enum status authorize_request(struct execution *x, const char **why, const struct event *e)
{
	const char *job = json_text(e->body, "jobId");
	enum status st;

	if (!job) {
		*why = "jobId is missing";
		return GR_NO;
	}
	st = event_check_asker(why, e);
	return st == GR_OK ? check_execution(x, why, e, job) : st;
}
