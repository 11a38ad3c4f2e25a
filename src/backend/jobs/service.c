/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - answers GetPending, StartNext and Describe; reads the members that requests share */
#include "jobs/service.h"
#include "complain.h"
#include "jobs/pending.h"
#include "jobs/serializer.h"
#include "jobs/status_details.h"
#include "jobs/transition.h"
#include "json.h"
#include "registry/rotation.h"
#include "registry/timer_clock.h"

#include <stdlib.h>
#include <string.h>

bool service_read_step(int64_t *minutes, struct event *e, enum status *st)
{
	const json_t *value = json_object_get(e->body, "stepTimeoutInMinutes");

	*minutes = json_integer_value(value);
	if (!value ||
	    (json_is_integer(value) && (*minutes == -1 || (*minutes >= 1 && *minutes <= 10080))))
		return true;
	*st = event_reject_code(e, "InvalidRequest",
				"stepTimeoutInMinutes must be -1 or 1 to 10080", NULL);
	return false;
}

bool service_read_details(json_t **details, struct event *e, enum status_details_rule rule,
			  enum status *st)
{
	const json_t *value = json_object_get(e->body, "statusDetails");
	const char *why;

	*details = NULL;
	if (!value || (*details = status_details_copy(value, rule, &why)))
		return true;
	*st = event_reject_code(e, "InvalidRequest", why, NULL);
	return false;
}

bool service_number(int64_t *number, const struct event *e)
{
	bool given, good = event_number(number, &given, e, "executionNumber");

	if (given && *number <= 0)
		*number = -1;
	return good;
}

static void arm_step(struct execution *x, int64_t minutes, int64_t minute_ms, int64_t now)
{
	x->step_deadline = minutes < 0 ? 0 : now + minutes * minute_ms;
	if (x->deadline && x->step_deadline > x->deadline)
		x->step_deadline = x->deadline;
}

enum status service_arm(struct execution *x, const struct job *job, int64_t step,
			const struct event *e)
{
	bool starts = job->config.timeout_minutes > 0 && x->status == EXECUTION_QUEUED;
	int64_t now;
	enum status st;

	if (!starts && step == 0)
		return GR_OK;
	st = timer_clock_keep(e->db);
	if (st == GR_OK)
		st = timer_clock_now(&now, e->db);
	if (st != GR_OK)
		return st;
	if (starts)
		x->deadline = now + job->config.timeout_minutes * e->minute_ms;
	if (step != 0)
		arm_step(x, step, e->minute_ms, now);
	return GR_OK;
}

enum status service_get_pending(struct event *e)
{
	bool full;
	json_t *lists = pending_lists(e->db, e->request.thing, &full);

	if (!lists)
		return GR_FAIL;
	if (full)
		json_object_set_new(lists, "certificateRotator",
				    json_pack("{s:b}", "rotationsListed", 1));
	return event_accept(e, lists);
}

/*
 * Adds the member certificateRotator, which AWS IoT does not have: this backend is idempotent, and
 * the survivor of this execution's rotation once there is one.
 */
static enum status add_ours(json_t *body, struct event *e, const struct execution *x)
{
	json_t *ours = json_pack("{s:b}", "idempotent", 1);
	struct rotation r;
	enum status st = x ? rotation_of_execution(&r, e->db, x->id) : GR_NO;

	if (st == GR_OK && r.survivor != SURVIVOR_NONE)
		json_object_set_new(ours, "survivor", json_string(survivor_name(r.survivor)));
	json_object_set_new(body, "certificateRotator", ours);
	return st == GR_NO ? GR_OK : st;
}

static enum status add_execution(json_t *body, struct event *e, const struct execution *x,
				 bool with_document)
{
	struct job job = { 0 };
	char *details = NULL;
	int64_t timer_now;
	enum status st = execution_details(&details, e->db, x->id);

	if (st == GR_OK)
		st = job_get(&job, e->db, x->job);
	if (st == GR_OK)
		st = timer_clock_now(&timer_now, e->db);
	if (st == GR_OK)
		json_object_set_new(body, "execution",
				    serializer_execution(x, details,
							 with_document ? job.document : NULL, true,
							 timer_now));
	free(details);
	job_release(&job);
	return st;
}

/* Accepts with the execution x, or without one if x is NULL. mark: add certificateRotator. */
static enum status accept_execution(struct event *e, const struct execution *x, bool with_document,
				    bool mark)
{
	json_t *body = json_object();
	enum status st = x ? add_execution(body, e, x, with_document) : GR_OK;

	if (st == GR_OK && mark)
		st = add_ours(body, e, x);
	if (st != GR_OK) {
		json_decref(body);
		return GR_FAIL;
	}
	return event_accept(e, body);
}

/* Starts x. *ended: not started but canceled or deleted, because its job has ended. */
static enum status start(bool *ended, struct event *e, struct execution *x, const json_t *details,
			 int64_t step)
{
	struct job job = { 0 };
	enum status st = job_get(&job, e->db, x->job);

	if (st != GR_OK)
		return GR_FAIL;
	e->writes = true;
	st = transition_end_early(ended, e->db, &job, x, e->now);
	if (st == GR_OK && !*ended)
		st = service_arm(x, &job, step, e);
	if (st == GR_OK && !*ended)
		st = transition_move(e->db, x, EXECUTION_IN_PROGRESS, details, e->now);
	job_release(&job);
	return st;
}

/* Starts the front of the queue. GR_NO: the thing has no open execution. */
static enum status start_front(struct execution *x, struct event *e, const json_t *details,
			       int64_t step)
{
	bool ended = true;
	enum status st = GR_OK;

	while (st == GR_OK && ended) {
		if ((st = execution_front(x, e->db, e->request.thing)) != GR_OK)
			return st;
		if (x->status != EXECUTION_QUEUED)
			return GR_OK;
		st = start(&ended, e, x, details, step);
	}
	return st;
}

enum status service_start_next(struct event *e)
{
	json_t *details = NULL;
	struct execution x;
	int64_t step = 0;
	enum status st;

	if (!service_read_step(&step, e, &st) ||
	    !service_read_details(&details, e, STATUS_DETAILS_AS_GIVEN, &st))
		return st;
	st = start_front(&x, e, details, step);
	json_decref(details);
	if (st == GR_FAIL)
		return st;
	return accept_execution(e, st == GR_OK ? &x : NULL, true, false);
}

static enum status not_found(struct event *e)
{
	return event_reject_code(e, "ResourceNotFound", "no such job execution for this thing",
				 NULL);
}

static enum status describe(struct event *e, int64_t number, bool with_document)
{
	bool next = strcmp(e->request.job, "$next") == 0;
	struct execution x;
	enum status st = next
	    ? execution_front(&x, e->db, e->request.thing)
	    : execution_find(&x, e->db, e->request.thing, e->request.job, number);

	if (st == GR_FAIL)
		return st;
	if (st == GR_NO && next)
		return accept_execution(e, NULL, false, true);
	if (st == GR_NO)
		return not_found(e);
	if (execution_is_terminal(x.status))
		return event_reject_code(e, "TerminalStateReached", "the job execution has ended",
					 NULL);
	return accept_execution(e, &x, with_document, true);
}

enum status service_get(struct event *e)
{
	const json_t *document = json_object_get(e->body, "includeJobDocument");
	int64_t number;

	if (!service_number(&number, e) || (document && !json_is_boolean(document)))
		return event_reject_code(
		    e, "InvalidRequest",
		    "executionNumber must be a number and includeJobDocument a boolean", NULL);
	return describe(e, number, !document || json_is_true(document));
}

enum status service_get_namespaced(struct event *e)
{
	return strcmp(e->request.job, "$next") == 0 ? event_accept(e, json_object())
						    : not_found(e);
}

enum status service_update_namespaced(struct event *e)
{
	return not_found(e);
}

enum status service_unknown(struct event *e)
{
	return event_reject_code(e, "InvalidTopic", "no operation has this topic", NULL);
}
