/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - a JSON request over a session */
#include "session/request.h"
#include "clock.h"
#include "complain.h"
#include "str.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

enum status request_init(struct request *request, struct session *session, const char *topic)
{
	unsigned char token[16];

	*request = (struct request){ .session = session };
	if (RAND_bytes(token, sizeof token) != 1) {
		complain("%s: no random numbers: %s", topic, complain_openssl());
		return GR_FAIL;
	}
	str_hex(request->token, token, sizeof token);
	str_copy(request->topic, sizeof request->topic, topic);
	str_copy(request->filter, sizeof request->filter, topic);
	return GR_OK;
}

static enum status listen_below(struct session *s, const char *topic)
{
	static const char *const ends[] = { "accepted", "rejected" };
	bool direct = strncmp(topic, "$aws/", 5) == 0;
	enum status st = GR_OK;

	for (size_t i = 0; i < 2 && st == GR_OK; i++) {
		char filter[TOPIC_MAX];

		str_format(filter, sizeof filter, "%s/%s", topic, ends[i]);
		st = direct ? session_listen(s, filter) : session_subscribe(s, filter);
	}
	return st == GR_NO ? GR_FAIL : st;
}

static void pass_over(struct request *r, const struct message *message)
{
	if (r->stray)
		r->stray(r->obj, message);
}

static enum status pass_over_waiting(struct request *r)
{
	struct message message = { 0 };
	enum status st;

	while ((st = session_receive(r->session, &message, 0)) == GR_OK) {
		pass_over(r, &message);
		message_release(&message);
	}
	return st == GR_NO ? GR_OK : st;
}

enum status request_send(struct request *request, json_t *body)
{
	enum status st;
	char *text;

	if ((st = listen_below(request->session, request->filter)) != GR_OK ||
	    (st = pass_over_waiting(request)) != GR_OK)
		return st;
	if (json_object_set_new(body, "clientToken", json_string(request->token)) != 0 ||
	    !(text = json_compact(body))) {
		complain("%s: out of memory", request->topic);
		return GR_FAIL;
	}
	st = session_publish(request->session, request->topic, text, strlen(text));
	free(text);
	request->deadline = clock_boot_ms() + request->session->timeout_ms;
	return st;
}

/* Cuts the last level off topic: GR_OK, GR_NO for accepted, rejected; GR_BAD for neither. */
static enum status cut_answer(char base[static TOPIC_MAX], const char *topic)
{
	const char *slash = strrchr(topic, '/');

	if (!slash || !str_format(base, TOPIC_MAX, "%.*s", (int)(slash - topic), topic))
		return GR_BAD;
	if (strcmp(slash, "/accepted") == 0)
		return GR_OK;
	return strcmp(slash, "/rejected") == 0 ? GR_NO : GR_BAD;
}

static bool is_ours(const struct request *r, const char *base, const json_t *answer)
{
	const json_t *token = json_object_get(answer, "clientToken");
	bool exact = strcmp(base, r->topic) == 0;

	if (!token)
		return exact;
	return (exact || (r->loose && topic_matches(r->filter, base))) &&
	       json_is_string(token) && strcmp(json_string_value(token), r->token) == 0;
}

/* GR_BAD: no answer to this request. */
static enum status take_answer(json_t **answer, struct request *r, const struct message *message)
{
	char base[TOPIC_MAX];
	enum status st = cut_answer(base, message->topic);
	json_t *body = NULL;

	if (st != GR_BAD)
		body = json_object_parse(message->payload, message->len);
	if (body && is_ours(r, base, body)) {
		*answer = body;
		return st;
	}
	json_decref(body);
	pass_over(r, message);
	return GR_BAD;
}

enum status request_answer(json_t **answer, struct request *request)
{
	enum status st;

	do {
		struct message message = { 0 };

		st = session_receive(request->session, &message, request->deadline);
		if (st == GR_NO) {
			complain("%s: no answer within %lld s", request->topic,
				 (long long)(request->session->timeout_ms / 1000));
			return GR_FAIL;
		}
		if (st != GR_OK)
			return st;
		st = take_answer(answer, request, &message);
		message_release(&message);
	} while (st == GR_BAD);
	return st;
}
