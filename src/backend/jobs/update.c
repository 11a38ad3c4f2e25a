/* SPDX-License-Identifier: Apache-2.0 */
/* update.c - answers UpdateJobExecution, which may carry the final status of a rotation */
#include "complain.h"
#include "jobs/serializer.h"
#include "jobs/service.h"
#include "jobs/transition.h"
#include "json.h"
#include "registry/rotation.h"

#include <stdlib.h>
#include <string.h>

struct update {
	enum execution_status status;
	json_t *details;	/* NULL: keep the old ones */
	bool versioned;		/* expectedVersion was given */
	int64_t expected;
	int64_t number;		/* execution number; 0: the latest */
	int64_t step;
	bool with_state, with_document;
	struct job job;		/* of the execution, while that is open */
};

static const char *read_status(enum execution_status *status, const struct event *e)
{
	const char *name = json_text(e->body, "status");

	if (!name)
		return "Value null at 'status' failed to satisfy constraint: Member must not be "
		       "null";
	*status = execution_status_find(name);
	switch (*status) {
	case EXECUTION_IN_PROGRESS:
	case EXECUTION_SUCCEEDED:
	case EXECUTION_FAILED:
	case EXECUTION_REJECTED:
	case EXECUTION_QUEUED:
		return NULL;
	default:
		return "status must be one of IN_PROGRESS, SUCCEEDED, FAILED, REJECTED";
	}
}

static bool is_flag(const json_t *value)
{
	return !value || json_is_boolean(value);
}

static bool is_final(enum execution_status status)
{
	return status == EXECUTION_SUCCEEDED || status == EXECUTION_FAILED ||
	    status == EXECUTION_REJECTED;
}

/* Reads the request. False: it was refused, and *st is the status of that answer. */
static bool read_update(struct update *u, struct event *e, enum status *st)
{
	const json_t *state = json_object_get(e->body, "includeJobExecutionState");
	const json_t *document = json_object_get(e->body, "includeJobDocument");
	const char *why = read_status(&u->status, e);

	if (!why && !event_number(&u->expected, &u->versioned, e, "expectedVersion"))
		why = "expectedVersion must be a number";
	if (!why && (!service_number(&u->number, e) || !is_flag(state) || !is_flag(document)))
		why = "executionNumber must be a number, includeJobExecutionState and "
		      "includeJobDocument booleans";
	if (why) {
		*st = event_reject_code(e, "InvalidRequest", why, NULL);
		return false;
	}
	u->with_state = json_is_true(state);
	u->with_document = json_is_true(document);
	return service_read_step(&u->step, e, st) &&
	    service_read_details(&u->details, e,
				 is_final(u->status) ? STATUS_DETAILS_CLEANED
						     : STATUS_DETAILS_AS_GIVEN,
				 st);
}

/* Returns the JobExecutionState for a refusal, with the survivor if there is one on record. */
static json_t *state_with_survivor(struct event *e, const struct execution *x,
				   enum survivor survivor)
{
	char *details = NULL;
	json_t *state, *map;

	if (execution_details(&details, e->db, x->id) != GR_OK)
		return NULL;
	state = serializer_state(x, details);
	free(details);
	if (!state || survivor == SURVIVOR_NONE)
		return state;
	if (!(map = json_object_get(state, "statusDetails"))) {
		json_object_set_new(state, "statusDetails", json_object());
		map = json_object_get(state, "statusDetails");
	}
	json_object_set_new(map, "survivor", json_string(survivor_name(survivor)));
	return state;
}

/*
 * Passes a final status on to the rotation, which decides the survivor; does nothing for another
 * status. The caller decides what to answer where f->why says that it is refused.
 */
static enum status count_final_status(struct event_final_status *f, struct event *e,
				      const struct update *u, int64_t number, bool rotation)
{
	*f = (struct event_final_status){ .job = e->request.job,
					  .number = number,
					  .succeeded = u->status == EXECUTION_SUCCEEDED,
					  .says_ours = event_says_ours(u->details),
					  .needs_rotation = rotation };
	if (!is_final(u->status))
		return GR_OK;
	/* a refusal names the survivor too, so it must not be sent before the commit */
	e->writes = true;
	return e->final_status(f, e);
}

/*
 * Refuses an update of an execution that does not exist any more, because its job was deleted. A
 * final status still decides the survivor.
 */
static enum status refuse_gone(struct event *e, const struct update *u)
{
	struct event_final_status f;
	json_t *state = NULL;
	enum status st = count_final_status(&f, e, u, u->number, false);

	if (st != GR_OK)
		return st;
	if (f.survivor != SURVIVOR_NONE && !f.untold)
		state = json_pack("{s:{s:s}}", "statusDetails", "survivor",
				  survivor_name(f.survivor));
	return event_reject_code(e, "ResourceNotFound", "no such job execution for this thing",
				 state);
}

static enum status refuse_ended(struct event *e, const struct update *u, const struct execution *x)
{
	struct event_final_status f;
	enum status st = count_final_status(&f, e, u, x->number, false);

	if (st != GR_OK)
		return st;
	return event_reject_code(e, "InvalidStateTransition",
				 f.untold ? f.why : "the job execution has ended",
				 f.untold ? NULL : state_with_survivor(e, x, f.survivor));
}

static enum status refuse_version(struct event *e, const struct update *u,
				  const struct execution *x)
{
	char text[96];

	snprintf(text, sizeof text, "Expected version %lld but found version %lld",
		 (long long)u->expected, (long long)x->version);
	return event_reject_code(e, "VersionMismatch", text,
				 state_with_survivor(e, x, SURVIVOR_NONE));
}

/* Accepts, then changes x: the answer comes before the notifications in the outbox. */
static enum status apply(struct event *e, const struct update *u, struct execution *x)
{
	json_t *body = json_object();
	struct execution after = *x;
	char *details = NULL, *text = u->details ? json_compact(u->details) : NULL;
	enum status st = text ? GR_OK : execution_details(&details, e->db, x->id);

	if (st == GR_OK)
		st = service_arm(x, &u->job, u->step, e);
	after.status = u->status;
	after.version++;
	if (st == GR_OK && u->with_state)
		json_object_set_new(body, "executionState",
				    serializer_state(&after, text ? text : details));
	if (st == GR_OK && u->with_document)
		json_object_set_new(body, "jobDocument",
				    json_object_parse(u->job.document, strlen(u->job.document)));
	free(details);
	free(text);
	if (st != GR_OK) {
		json_decref(body);
		return GR_FAIL;
	}
	e->writes = true;
	if ((st = event_accept(e, body)) != GR_OK)
		return st;
	return transition_move(e->db, x, u->status, u->details, e->now);
}

static enum status update_open(struct event *e, const struct update *u, struct execution *x)
{
	struct event_final_status f;
	enum status st = count_final_status(&f, e, u, x->number, job_is_rotation(&u->job));

	if (st != GR_OK)
		return st;
	if (f.why)
		return event_reject_code(e, "InvalidStateTransition", f.why,
					 f.untold ? NULL
						  : state_with_survivor(e, x, f.survivor));
	return apply(e, u, x);
}

/* Finds the execution and, if it is open, its job. GR_NO: there is no such execution. */
static enum status find(struct execution *x, struct update *u, struct event *e)
{
	bool ended;
	enum status st = execution_find(x, e->db, e->request.thing, e->request.job, u->number);

	if (st != GR_OK || execution_is_terminal(x->status))
		return st;
	if (job_get(&u->job, e->db, x->job) != GR_OK)
		return GR_FAIL;
	st = transition_end_early(&ended, e->db, &u->job, x, e->now);
	if (st != GR_OK || !ended)
		return st;
	e->writes = true;
	return execution_find(x, e->db, e->request.thing, e->request.job, u->number);
}

static enum status answer(struct event *e, const struct update *u, struct execution *x)
{
	if (u->versioned && u->expected != x->version)
		return refuse_version(e, u, x);
	if (execution_is_terminal(x->status))
		return refuse_ended(e, u, x);
	if (u->status == EXECUTION_QUEUED)
		return event_reject_code(e, "InvalidStateTransition",
					 "a device cannot queue an execution",
					 state_with_survivor(e, x, SURVIVOR_NONE));
	return update_open(e, u, x);
}

enum status service_update(struct event *e)
{
	struct update u = { 0 };
	struct execution x;
	enum status st = GR_OK;

	if (read_update(&u, e, &st)) {
		st = find(&x, &u, e);
		if (st == GR_NO)
			st = refuse_gone(e, &u);
		else if (st == GR_OK)
			st = answer(e, &u, &x);
	}
	job_release(&u.job);
	json_decref(u.details);
	return st;
}
