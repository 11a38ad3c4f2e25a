/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c - from a message of the broker plugin to a handler, and back */
#include "daemon/dispatch.h"
#include "clock.h"
#include "complain.h"
#include "daemon/broker_report.h"
#include "daemon/flooding.h"
#include "daemon/last_issued.h"
#include "daemon/window_counter.h"
#include "jobs/own_job_request.h"
#include "jobs/service.h"
#include "json.h"
#include "registry/certificate.h"
#include "registry/outbox_delivery.h"
#include "registry/rotation.h"
#include "registry/session.h"
#include "rotation/commit.h"
#include "rotation/create.h"
#include "rotation/final_status.h"
#include "rotation/reconcile.h"
#include "rotation/shadow.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { PAYLOAD_MAX = 131072 };	/* AWS IoT's largest message */

static bool read_stamp(struct stamp *s, const char *topic)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];
	size_t len;
	int n;

	if (strncmp(topic, "in/", 3) != 0 || strlen(topic) < 3 + 64 + 1 || topic[3 + 64] != '/')
		return false;
	str_format(s->principal, sizeof s->principal, "%.64s", topic + 3);
	topic += 3 + 64 + 1;
	len = strcspn(topic, "/");
	if (topic[len] != '/' || !str_format(hex, sizeof hex, "%.*s", (int)len, topic))
		return false;
	if ((n = str_unhex(s->client, sizeof s->client - 1, hex)) < 0 ||
	    memchr(s->client, '\0', (size_t)n))
		return false;
	s->client[n] = '\0';
	s->topic = topic + len + 1;
	return str_is_certificate_id(s->principal);
}

/* Refuses in the form of the service that was asked: shadows, certificates or jobs. */
static enum status refuse(struct event *e, const char *code, const char *message)
{
	if (e->request.kind == TOPIC_SHADOW)
		return shadow_reject(e, strcmp(code, "RequestThrottled") == 0 ? 429 : 400,
				     message);
	return topic_is_certificate(e->request.kind) ? event_reject_text(e, message, false)
						     : event_reject_code(e, code, message, NULL);
}

/* Checks the job id in the topic. False: refused; *st is the status of that answer. */
static bool names_job(struct event *e, enum status *st)
{
	enum topic_kind kind = e->request.kind;
	bool update = kind == TOPIC_UPDATE || kind == TOPIC_NAMESPACE_UPDATE;

	if (!update && kind != TOPIC_GET && kind != TOPIC_NAMESPACE_GET)
		return true;
	if (e->request.job[0] == '\0')
		*st = refuse(e, "InvalidRequest", "a job id has at most 64 characters");
	else if (update && !str_is_job(e->request.job))
		*st = service_unknown(e);
	else
		return true;
	return false;
}

static enum status route(struct event *e)
{
	static enum status (*const handlers[])(struct event *) = {
		[TOPIC_NONE] = service_unknown, [TOPIC_GET_PENDING] = service_get_pending,
		[TOPIC_START_NEXT] = service_start_next,
		[TOPIC_GET] = service_get, [TOPIC_UPDATE] = service_update,
		[TOPIC_CREATE] = create_handle, [TOPIC_COMMIT] = commit_handle,
		[TOPIC_REQUEST] = own_job_request_handle,
		[TOPIC_NAMESPACE_GET] = service_get_namespaced,
		[TOPIC_NAMESPACE_UPDATE] = service_update_namespaced,
		[TOPIC_UNKNOWN] = service_unknown, [TOPIC_SHADOW] = shadow_absent
	};
	enum status st;
	const json_t *token = json_object_get(e->body, "clientToken");

	if (token && (!json_is_string(token) || json_string_length(token) > 64)) {
		json_object_del(e->body, "clientToken");
		return refuse(e, "InvalidRequest",
			      "clientToken must be a string of at most 64 bytes");
	}
	return names_job(e, &st) ? handlers[e->request.kind](e) : st;
}

/*
 * Tells whether the certificate may still speak for the thing. GR_NO: it was retired or revoked
 * since the broker let it in. It gets no answer at all, because its connection is about to be
 * closed.
 */
static enum status is_entitled(struct daemon *d, const struct event *e)
{
	struct certificate c;
	enum status st = certificate_get(&c, d->db, e->principal);

	if (st != GR_OK)
		return st;
	return c.active && !c.revoked && strcmp(c.thing, e->request.thing) == 0 ? GR_OK : GR_NO;
}

/*
 * After FAILED over NEW, NEW is retired, which closes this connection: the answer must have left
 * before.
 */
static enum status note_own_retirement(struct daemon *d, const char *certificate)
{
	enum status st = rotation_is_lost(d->db, certificate);

	if (st == GR_OK)
		d->answer_before_retiring = true;
	return st == GR_NO ? GR_OK : st;
}

static enum status handle_event(struct daemon *d, struct event *e)
{
	if (!topic_is_certificate(e->request.kind) &&
	    !window_counter_admits(d->requests, e->request.thing, clock_boot_ms()))
		return refuse(e, "RequestThrottled",
			      "too many requests of this thing in one second");
	if (!e->body)
		return refuse(e, "InvalidJson", "the payload is not a JSON object");
	return route(e);
}

static void queue_answer(struct daemon *d, const struct event *e)
{
	char *text = json_compact(e->answer);

	if (!text ||
	    !message_queue_push(&d->broker.out, e->answer_topic, text, strlen(text)))
		complain("%s: answer dropped", e->answer_topic);
	free(text);
}

static enum status request(struct daemon *d, const struct stamp *s, const struct message *m,
			   int64_t now)
{
	struct event e = {
		.db = d->db, .signer = &d->signer, .authorities = d->authorities, .now = now,
		.minute_ms = d->settings.minute_ms,
		.final_status = final_status_count,
		.own_job_ms = d->own_job_ms, .asked = last_issued_find(d->last_issued, s->client),
		.principal = s->principal, .client = s->client, .topic = s->topic
	};
	enum status st;

	topic_parse(&e.request, s->topic);
	st = is_entitled(d, &e);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	e.body = m->len <= PAYLOAD_MAX ? json_object_parse(m->payload, m->len) : NULL;
	json_drop_null(e.body);
	st = handle_event(d, &e);
	if (st == GR_OK && e.asked)
		last_issued_note(d->last_issued, s->client, e.asked);
	if (st == GR_OK && e.writes && e.request.kind == TOPIC_UPDATE)
		st = note_own_retirement(d, s->principal);
	if (st == GR_OK && e.answer)
		queue_answer(d, &e);
	json_decref(e.body);
	event_release(&e);
	return st;
}

static enum status handle(struct daemon *d, const struct message *m)
{
	int64_t now = clock_real_ms();
	struct stamp s;

	if (strcmp(m->topic, "in/gr/sessions") == 0)
		/* The plugin reports all live sessions one by one behind this message. */
		return session_all_ended(d->db);
	if (strcmp(m->topic, "in/gr/mark") == 0)
		/* When this leaves, all requests before it are committed. */
		return message_queue_push(&d->broker.out, "out/gr/mark", m->payload, m->len)
		    ? GR_OK
		    : GR_FAIL;
	if (strcmp(m->topic, "in/gr/dropped") == 0)
		return flooding_count(d->db, m);
	if (!read_stamp(&s, m->topic)) {
		complain("%s: not a topic of the broker plugin", m->topic);
		return GR_OK;
	}
	if (strncmp(s.topic, "gr/", 3) == 0)
		return broker_report_handle(d, &s, m, now);
	d->reconcile = true;
	return request(d, &s, m, now);
}

/*
 * GR_FAIL: the registry or the ledger cannot be written now; all requests that are not committed
 * come again. A request that fails for another reason is dropped alone, so that the others do not
 * wait for it for ever; it gets no answer, and the device asks again.
 */
static enum status handle_all(struct daemon *d)
{
	struct message *m;
	bool unwell = false;

	/*
	 * A full disk may make SQLite roll back the whole transaction. Then the commit fails, as
	 * it should.
	 */
	while (!unwell && db_in_transaction(d->db) && (m = fair_queue_pop(&d->broker.in))) {
		d->signer.failed = false;
		if (db_mark(d->db) == GR_OK && handle(d, m) == GR_OK) {
			(void)db_keep(d->db);	/* should that fail, so will the commit */
		} else {
			unwell = db_is_unwell(d->db) || d->signer.failed;
			db_undo(d->db);
		}
		message_free(m);
	}
	return unwell ? GR_FAIL : GR_OK;
}

/*
 * Runs the reconciler and deletes sent outbox rows in the transaction of the batch: one sync of
 * the disk for all of it. A batch that only read needs no sync, and its answers do not wait for
 * one.
 */
static enum status finish(struct daemon *d, int64_t changes_before)
{
	bool wrote = db_total_changes(d->db) != changes_before, more = false;
	enum status st = GR_OK;

	if (d->answer_before_retiring)
		st = outbox_delivery_newest(&d->retire_after_row, d->db);
	if (st != GR_OK)
		return st;
	/* Housekeeping goes on with what is left of it, also where it failed. */
	if (wrote && d->retire_after_row <= d->broker.taken_row &&
	    reconcile_run(&more, d->db, d->quarantine_ms, clock_real_ms()) == GR_OK)
		d->reconcile = more;
	if (wrote)
		st = broker_connection_forget_sent(&d->broker, d->db);
	if (st == GR_OK)
		st = signer_sync(&d->signer);
	if (st == GR_OK)
		st = db_commit(d->db);
	if (st != GR_OK)
		return st;
	if (wrote)
		d->broker.acked_row = 0;
	return GR_OK;
}

enum status dispatch_batch(struct daemon *d)
{
	int64_t before = db_total_changes(d->db);
	enum status st;

	if (d->broker.in.count == 0)
		return GR_OK;
	st = db_begin(d->db);
	if (st != GR_OK)
		return st;
	d->answer_before_retiring = false;
	st = handle_all(d);
	if (st == GR_OK)
		st = finish(d, before);
	if (st == GR_OK)
		return GR_OK;
	db_rollback(d->db);
	d->reconcile = true;
	/* Nothing was recorded and nothing is answered: the broker sends the requests again. */
	broker_connection_close(&d->broker);
	return st;
}
