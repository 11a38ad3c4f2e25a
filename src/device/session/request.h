/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - a JSON request over a session, and the answer that belongs to it.
 *
 * A request to TOPIC is answered on TOPIC/accepted or TOPIC/rejected. An answer that bears a
 * clientToken must bear ours; one without (a foreign backend) counts on exactly these two topics.
 * Everything else that arrives is not ours and is passed over.
 */
#ifndef GR_SESSION_REQUEST_H
#define GR_SESSION_REQUEST_H

#include "json.h"
#include "session/session.h"
#include "status.h"

struct request {
	struct session *session;
	char token[33];			/* 128 random bits */
	char topic[TOPIC_MAX];
	/* of request topics whose answers are listened for; topic is one of them */
	char filter[TOPIC_MAX];
	bool loose; /* an answer with our token counts on all of these topics */
	int64_t deadline;
	/* sees what is no answer; may be NULL */
	void (*stray)(void *obj, const struct message *message);
	void *obj;
};

/* Fills *request, its filter with the topic. GR_FAIL, one line: no random numbers. */
enum status request_init(struct request *request, struct session *session, const char *topic);
/*
 * Subscribes to the answer, then sends body, which stays the caller's; clientToken is set in it.
 * Under $aws/ a broker may refuse the subscription, since AWS IoT and our backend answer the
 * asking connection directly; elsewhere a refusal is GR_FAIL. Messages that came before are passed
 * over: they may be a second copy of the answer to an earlier request.
 */
enum status request_send(struct request *request, json_t *body);
/*
 * Waits for the next answer (json_decref it): GR_OK accepted; GR_NO, silent, rejected. GR_FAIL,
 * one line: none came within requestTimeoutSeconds of sending, or the session is gone. It can be
 * called again if the answer turns out to be for another client.
 */
enum status request_answer(json_t **answer, struct request *request);

#endif
