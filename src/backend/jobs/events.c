/* SPDX-License-Identifier: Apache-2.0 */
/* events.c - writes notifications to things, and events */
#include "jobs/events.h"
#include "base/uuid.h"
#include "complain.h"
#include "jobs/pending.h"
#include "jobs/serializer.h"
#include "json.h"
#include "registry/arn.h"
#include "registry/counters.h"
#include "registry/outbox.h"
#include "registry/target.h"
#include "registry/timer_clock.h"
#include "str.h"
#include "topic.h"

#include <stdlib.h>
#include <string.h>

enum status events_front(int64_t *id, struct db *db, const char *thing)
{
	struct execution x;
	enum status st = execution_front(&x, db, thing);

	*id = st == GR_OK ? x.id : 0;
	return st == GR_NO ? GR_OK : st;
}

/* Writes notify: the open executions by status; a status without any is left out. */
static enum status put_notify(struct db *db, const char *thing, int64_t now)
{
	bool full;
	json_t *lists = pending_lists(db, thing, &full), *jobs = json_object(), *body;
	char topic[TOPIC_MAX];

	if (!lists || !jobs) {
		json_decref(lists);
		json_decref(jobs);
		return GR_FAIL;
	}
	if (json_array_size(json_object_get(lists, "inProgressJobs")) > 0)
		json_object_set(jobs, "IN_PROGRESS", json_object_get(lists, "inProgressJobs"));
	if (json_array_size(json_object_get(lists, "queuedJobs")) > 0)
		json_object_set(jobs, "QUEUED", json_object_get(lists, "queuedJobs"));
	json_decref(lists);
	body = json_pack("{s:I, s:o}", "timestamp", (json_int_t)(now / 1000), "jobs", jobs);
	topic_jobs(topic, thing, "notify");
	return outbox_put(db, topic, body);
}

/*
 * Writes notify-next: the first execution with its document; the timestamp alone if there is none.
 */
static enum status put_notify_next(struct db *db, const char *thing, int64_t now)
{
	json_t *body = json_pack("{s:I}", "timestamp", (json_int_t)(now / 1000));
	char topic[TOPIC_MAX], *details = NULL;
	struct execution x;
	struct job job = { 0 };
	int64_t timer_now = 0;
	enum status st = execution_front(&x, db, thing);

	if (st == GR_OK)
		st = execution_details(&details, db, x.id);
	if (st == GR_OK)
		st = job_get(&job, db, x.job);
	if (st == GR_OK)
		st = timer_clock_now(&timer_now, db);
	if (st == GR_OK && body)
		json_object_set_new(body, "execution",
				    serializer_execution(&x, details, job.document, false,
							 timer_now));
	free(details);
	job_release(&job);
	if (st == GR_FAIL) {
		json_decref(body);
		return st;
	}
	topic_jobs(topic, thing, "notify-next");
	return outbox_put(db, topic, body);
}

enum status events_thing(struct db *db, const char *thing, int64_t front_before, bool changed,
			 int64_t now)
{
	int64_t front = 0;
	enum status st = events_front(&front, db, thing);

	if (st == GR_OK && changed)
		st = put_notify(db, thing, now);
	return st == GR_OK && front != front_before ? put_notify_next(db, thing, now) : st;
}

static bool event_id(char id[static 37])
{
	if (!uuid_random(id))
		complain("no random numbers: %s", complain_openssl());
	return id[0] != '\0';
}

enum status events_execution(struct db *db, const struct execution *x, bool deleted, int64_t now)
{
	static const char *const words[] = {
		[EXECUTION_SUCCEEDED] = "succeeded", [EXECUTION_FAILED] = "failed",
		[EXECUTION_TIMED_OUT] = "timed_out",
		[EXECUTION_REJECTED] = "rejected", [EXECUTION_REMOVED] = "removed",
		[EXECUTION_CANCELED] = "canceled"
	};
	/* These events have no status for a deleted execution, so it is reported as REMOVED. */
	enum execution_status status = deleted ? EXECUTION_REMOVED : x->status;
	const char *word = deleted ? "deleted" : words[status];
	char topic[TOPIC_MAX], uuid[37], arn[ARN_MAX], *details = NULL;
	json_t *map, *body;
	enum status st;

	if (!event_id(uuid))
		return GR_FAIL;
	if ((st = execution_details(&details, db, x->id)) != GR_OK)
		return st;
	map = json_object_parse(details, strlen(details));
	free(details);
	str_format(arn, sizeof arn, ARN_PREFIX "thing/%s", x->thing);
	str_format(topic, sizeof topic, "$aws/events/jobExecution/%s/%s", x->job, word);
	body = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:o}", "eventType", "JOB_EXECUTION",
			 "eventId", uuid, "timestamp", (json_int_t)(now / 1000), "operation", word,
			 "jobId", x->job, "thingArn", arn, "status", execution_status_name(status),
			 "statusDetails", map ? map : json_object());
	return outbox_put(db, topic, body);
}

static json_t *list_targets(struct db *db, const char *job)
{
	json_t *list = json_array();
	char arn[ARN_MAX], target[TARGET_MAX] = "";
	enum status st;

	while ((st = target_next(target, db, job)) == GR_OK) {
		str_format(arn, sizeof arn, ARN_PREFIX "%s", target);
		json_array_append_new(list, json_string(arn));
	}
	if (st == GR_NO)
		return list;
	json_decref(list);
	return NULL;
}

/* Adds the numbers of executions by their final status. */
static enum status add_process_details(json_t *body, struct db *db, const char *job)
{
	struct counters t;
	enum status st = counters_read(&t, db, job);

	if (st == GR_OK)
		json_object_set_new(
		    body, "jobProcessDetails",
		    json_pack("{s:I, s:I, s:I, s:I, s:I}", "numberOfCanceledThings",
			      (json_int_t)t.count[EXECUTION_CANCELED], "numberOfRejectedThings",
			      (json_int_t)t.count[EXECUTION_REJECTED], "numberOfFailedThings",
			      (json_int_t)t.count[EXECUTION_FAILED], "numberOfRemovedThings",
			      (json_int_t)t.count[EXECUTION_REMOVED], "numberOfSucceededThings",
			      (json_int_t)t.count[EXECUTION_SUCCEEDED]));
	return st;
}

static json_t *job_body(struct db *db, const char *id, const char *operation, const char *status,
			int64_t now)
{
	json_t *targets = list_targets(db, id), *body = NULL;
	struct job job = { 0 };
	char uuid[37], *comment = NULL;

	if (targets && event_id(uuid) && job_get(&job, db, id) == GR_OK)
		body = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:O, s:s, s:I, s:I}",
				 "eventType", "JOB", "eventId", uuid, "timestamp",
				 (json_int_t)(now / 1000), "operation", operation, "jobId", id,
				 "status", status, "targetSelection",
				 job.continuous ? "CONTINUOUS" : "SNAPSHOT", "targets", targets,
				 "description", job.description, "createdAt",
				 (json_int_t)job.created, "lastUpdatedAt",
				 (json_int_t)job.updated);
	if (body && job.completed)
		json_object_set_new(body, "completedAt", json_integer(job.completed));
	if (body && job_comment(&comment, db, id) == GR_OK)
		json_object_set_new(body, "comment", json_string(comment));
	free(comment);
	json_decref(targets);
	job_release(&job);
	return body;
}

enum status events_job(struct db *db, const char *job, enum job_event event, int64_t now)
{
	static const struct { const char *operation, *status; } words[] = {
		[JOB_EVENT_COMPLETED] = { "completed", "COMPLETED" },
		[JOB_EVENT_CANCELING] = { "cancellation_in_progress", "CANCELLATION_IN_PROGRESS" },
		[JOB_EVENT_CANCELED] = { "canceled", "CANCELED" },
		[JOB_EVENT_DELETING] = { "deletion_in_progress", "DELETION_IN_PROGRESS" },
		[JOB_EVENT_DELETED] = { "deleted", "DELETED" }
	};
	char topic[TOPIC_MAX];
	json_t *body = job_body(db, job, words[event].operation, words[event].status, now);

	if (!body ||
	    (event == JOB_EVENT_COMPLETED && add_process_details(body, db, job) != GR_OK)) {
		json_decref(body);
		return GR_FAIL;
	}
	str_format(topic, sizeof topic, "$aws/events/job/%s/%s", job, words[event].operation);
	return outbox_put(db, topic, body);
}
