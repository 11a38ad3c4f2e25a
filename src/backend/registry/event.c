/* SPDX-License-Identifier: Apache-2.0 */
/* event.c - one request and its answer */
#include "registry/event.h"
#include "complain.h"
#include "json.h"
#include "registry/certificate.h"
#include "registry/outbox.h"
#include "str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* T, its further connections, or T#gr beside a nucleus; another suffix may be a copied key's. */
static bool speaks_for(const char *client, const char *thing)
{
	const char *suffix = topic_client_suffix(client, thing);

	return suffix && topic_client_acts(suffix);
}

enum status event_check_asker(const char **why, const struct event *e)
{
	struct certificate c = { 0 };
	enum status st = certificate_get(&c, e->db, e->principal);
	const struct rules_asker facts = {
		.speaks_for_thing = speaks_for(e->client, e->request.thing),
		.registered = st == GR_OK,
		.revoked = c.revoked,
		.active = c.active,
		.attached = strcmp(c.thing, e->request.thing) == 0
	};
	enum rules_refusal refusal = rules_asker(&facts);

	if (st == GR_FAIL)
		return st;
	*why = rules_sentence(refusal);
	return refusal == RULES_ALLOWED ? GR_OK : GR_NO;
}

bool event_says_ours(const json_t *details)
{
	const char *device = json_text(details, "CertificateRotatorDevice");

	return device && strcmp(device, "gr") == 0;
}

void event_direct_topic(char to[static TOPIC_MAX * 2], const char *client, const char *topic)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];
	size_t len = strlen(client);

	str_hex(hex, client, len > TOPIC_CLIENT_MAX ? TOPIC_CLIENT_MAX : len);
	str_format(to, TOPIC_MAX * 2, "out/%s/%s", hex, topic);
}

/* What every answer holds. */
static bool finish(const struct event *e, json_t *body)
{
	const char *token = json_text(e->body, "clientToken");

	return body && json_object_set_new(body, "timestamp", json_integer(e->now / 1000)) == 0 &&
	       (!token || json_object_set_new(body, "clientToken", json_string(token)) == 0);
}

/*
 * MQTT 5 (3.3): 1 byte of type and 2 of length, 2 before the topic, 2 of packet id at QoS 1, 1 for
 * no properties.
 */
size_t event_packet_size(const struct event *e, json_t *body)
{
	return finish(e, body)
	    ? 8 + strlen(e->topic) + strlen("/accepted") + json_dumpb(body, NULL, 0, JSON_COMPACT)
	    : 0;
}

static enum status answer(struct event *e, json_t *body, const char *how)
{
	char topic[TOPIC_MAX];

	if (!finish(e, body)) {
		complain("%s: no answer could be built: out of memory", e->topic);
		json_decref(body);
		return GR_FAIL;
	}
	str_format(topic, sizeof topic, "%s/%s", e->topic, how);
	if (topic_is_certificate(e->request.kind))
		str_copy(e->answer_topic, sizeof e->answer_topic, topic);
	else
		event_direct_topic(e->answer_topic, e->client, topic);
	if (e->writes && !e->hold)
		return outbox_put(e->db, e->answer_topic, body);
	e->answer = body;
	return GR_OK;
}

enum status event_accept(struct event *e, json_t *body)
{
	return answer(e, body, "accepted");
}

enum status event_reject(struct event *e, json_t *body)
{
	return answer(e, body, "rejected");
}

enum status event_reject_code(struct event *e, const char *code, const char *message,
			      json_t *state)
{
	json_t *body = json_pack("{s:s, s:s}", "code", code, "message", message);

	if (body && state && json_object_set(body, "executionState", state) != 0) {
		json_decref(body);
		body = NULL;
	}
	json_decref(state);
	return event_reject(e, body);
}

enum status event_reject_text(struct event *e, const char *message, bool retry)
{
	const char *job = json_text(e->body, "jobId");
	json_t *body = json_pack("{s:s}", "errorMsg", message);

	if (body && job)
		json_object_set_new(body, "jobId", json_string(job));
	if (body && retry)
		json_object_set_new(body, "retry", json_true());
	return event_reject(e, body);
}

bool event_number(int64_t *number, bool *given, const struct event *e, const char *member)
{
	const json_t *value = json_object_get(e->body, member);
	const char *text = json_string_value(value);
	char *end;

	*given = value != NULL;
	*number = json_integer_value(value);
	if (!value || json_is_integer(value))
		return true;
	if (!text || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return *end == '\0' && errno == 0;
}

void event_release(struct event *e)
{
	json_decref(e->answer);
	e->answer = NULL;
}
