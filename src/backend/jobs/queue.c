/* queue.c - the moves of executions and what is told of them */
#include "jobs/queue.h"
#include "complain.h"
#include "json.h"
#include "registry/outbox.h"
#include "str.h"
#include "topic.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

/* Which execution stands in front, to see afterwards whether another one does. 0: the queue is empty. */
static enum status front_id(int64_t *id, struct db *db, const char *thing)
{
	struct execution x;
	enum status st = execution_front(&x, db, thing);

	*id = st == GR_OK ? x.id : 0;
	return st == GR_NO ? GR_OK : st;
}

/* notify: the list, by status; a status with no entries is left out. */
static enum status put_notify(struct db *db, const char *thing, int64_t now)
{
	json_t *lists = queue_lists(db, thing), *jobs = json_object(), *body;
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

/* notify-next: the execution in front with its document, or the timestamp alone. */
static enum status put_notify_next(struct db *db, const char *thing, int64_t now)
{
	json_t *body = json_pack("{s:I}", "timestamp", (json_int_t)(now / 1000));
	char topic[TOPIC_MAX], *details = NULL;
	struct execution x;
	struct job job = { 0 };
	enum status st = execution_front(&x, db, thing);

	if (st == GR_OK && (st = execution_details(&details, db, x.id)) == GR_OK && (st = job_get(&job, db, x.job)) == GR_OK && body)
		json_object_set_new(body, "execution", queue_execution(&x, details, job.document, false, now));
	free(details);
	job_release(&job);
	if (st == GR_FAIL) {
		json_decref(body);
		return st;
	}
	topic_jobs(topic, thing, "notify-next");
	return outbox_put(db, topic, body);
}

/* members: an execution came or went; a mere change of status is told of by notify-next alone, if the front changed. */
static enum status tell(struct db *db, const char *thing, int64_t front_before, bool members, int64_t now)
{
	int64_t front = 0;
	enum status st = front_id(&front, db, thing);

	if (st == GR_OK && members)
		st = put_notify(db, thing, now);
	return st == GR_OK && front != front_before ? put_notify_next(db, thing, now) : st;
}

static bool random_uuid(char uuid[static 37])
{
	unsigned char b[16];
	char hex[33];

	if (RAND_bytes(b, sizeof b) != 1)
		return false;
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	str_hex(hex, b, sizeof b);
	return str_format(uuid, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* The event of an execution that ended; its details are those last reported. */
static enum status put_event(struct db *db, const struct execution *x, int64_t now)
{
	static const char *const words[] = {
		[EXECUTION_SUCCEEDED] = "succeeded", [EXECUTION_FAILED] = "failed", [EXECUTION_TIMED_OUT] = "timed_out",
		[EXECUTION_REJECTED] = "rejected", [EXECUTION_REMOVED] = "removed", [EXECUTION_CANCELED] = "canceled"
	};
	char topic[TOPIC_MAX], uuid[37], arn[256], *details = NULL;
	json_t *map, *body;
	enum status st;

	if (!random_uuid(uuid)) {
		complain("no random numbers: %s", complain_openssl());
		return GR_FAIL;
	}
	if ((st = execution_details(&details, db, x->id)) != GR_OK)
		return st;
	map = json_object_parse(details, strlen(details));
	free(details);
	str_format(arn, sizeof arn, "arn:aws:iot:local:000000000000:thing/%s", x->thing);
	str_format(topic, sizeof topic, "$aws/events/jobExecution/%s/%s", x->job, words[x->status]);
	body = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:o}", "eventType", "JOB_EXECUTION", "eventId", uuid,
			 "timestamp", (json_int_t)(now / 1000), "operation", words[x->status], "jobId", x->job,
			 "thingArn", arn, "status", execution_status_name(x->status), "statusDetails", map ? map : json_object());
	return outbox_put(db, topic, body);
}

enum status queue_add(struct db *db, const char *thing, const char *job, int64_t now)
{
	int64_t before = 0;
	enum status st;

	if ((st = front_id(&before, db, thing)) != GR_OK || (st = execution_queue(db, thing, job, now)) != GR_OK)
		return st;
	return tell(db, thing, before, true, now);
}

enum status queue_move(struct db *db, struct execution *x, enum execution_status status, const json_t *details, int64_t now)
{
	bool ends = execution_is_terminal(status);
	char *text = details ? json_compact(details) : NULL;
	int64_t before = 0;
	enum status st;

	if (details && !text) {
		complain("job %s, thing %s: out of memory", x->job, x->thing);
		return GR_FAIL;
	}
	if ((st = front_id(&before, db, x->thing)) != GR_OK)
		goto out;
	if (x->status == EXECUTION_QUEUED && status == EXECUTION_IN_PROGRESS)
		x->started = now;
	x->status = status;
	x->updated = now;
	x->version++;
	if ((st = execution_save(db, x, text)) != GR_OK || (ends && (st = put_event(db, x, now)) != GR_OK) ||
	    (st = tell(db, x->thing, before, ends, now)) != GR_OK)
		goto out;
	if (ends)
		st = job_complete(db, x->job, now);
out:
	free(text);
	return st;
}

enum status queue_time_out(size_t *count, struct db *db, int64_t now)
{
	struct execution x;
	enum status st;

	for (*count = 0; (st = execution_expired(&x, db, now)) == GR_OK; ++*count)
		if ((st = queue_move(db, &x, EXECUTION_TIMED_OUT, NULL, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

static enum status cancel_all(struct db *db, const char *job, bool in_progress, int64_t now)
{
	struct execution x;
	enum status st;

	while ((st = execution_cancellable(&x, db, job, in_progress)) == GR_OK)
		if ((st = queue_move(db, &x, EXECUTION_CANCELED, NULL, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

enum status queue_cancel_job(struct db *db, const char *job, bool force, const char *reason, const char *comment, int64_t now)
{
	enum status st;

	if ((st = db_run(db, "UPDATE job SET reason = coalesce(?2, reason), comment = coalesce(?3, comment), force_canceled = ?4 WHERE id = ?1", "sssd", job, reason,
			 comment, (int)force)) != GR_OK ||
	    (st = job_set_status(db, job, "CANCELED", now)) != GR_OK ||
	    (st = cancel_all(db, job, false, now)) != GR_OK)
		return st;
	return force ? cancel_all(db, job, true, now) : GR_OK;
}

enum status queue_remove_thing(struct db *db, const char *thing, int64_t now)
{
	struct execution x;
	enum status st;

	while ((st = execution_front(&x, db, thing)) == GR_OK)
		if ((st = queue_move(db, &x, EXECUTION_REMOVED, NULL, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}
