/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - one request of a device, as the broker plugin stamped it, and the answer to it.
 *
 * A handler is a plain function from an event to calls on the registry and an answer; it runs
 * inside the caller's transaction. It returns GR_OK when the event has been dealt with, also by a
 * refusal; GR_FAIL (one line written) when the registry failed: the caller rolls the event back.
 */
#ifndef GR_ROTATION_EVENT_H
#define GR_ROTATION_EVENT_H

#include <jansson.h>

#include "registry/db.h"
#include "topic.h"

struct signer;

struct event {
	struct db *db;
	struct signer *signer;
	/* the folder of their certificates; needed by create alone */
	const char *authorities;
	int64_t now;			/* ms since the epoch */
	int64_t minute_ms;		/* the backend's minute */
	/* how long until a thing may ask for another job of its own; 0: never */
	int64_t own_job_ms;

	const char *principal;		/* certificateId of the connection, from the plugin */
	const char *client;		/* its client id */
	const char *topic;		/* the request topic */
	struct topic request;		/* the same, parsed */
	/* the payload, an object without members that are null; borrowed */
	json_t *body;

	/* the execution for which this session was given a certificate; 0: none that is known */
	int64_t asked;
	/* the answer must not get lost between commit and publish: it goes through the outbox */
	bool writes;
	bool hold;			/* keep the answer here even so (stand-alone programs) */
	char answer_topic[TOPIC_MAX * 2];	/* "" until answered, or when the outbox has it */
	json_t *answer;
};

/* Both take over body and add timestamp and clientToken. */
enum status event_accept(struct event *e, json_t *body);
enum status event_reject(struct event *e, json_t *body);
/* Jobs: {"code","message"} and, if not NULL, executionState (taken over). */
enum status event_reject_code(struct event *e, const char *code, const char *message,
			      json_t *state);
/*
 * Bytes of the MQTT packet in which body would reach a device as an acceptance; 0: out of memory.
 */
size_t event_packet_size(const struct event *e, json_t *body);
/* create, commit, request: {"errorMsg","jobId"?}; retry asks the device to come again. */
enum status event_reject_text(struct event *e, const char *message, bool retry);
void event_release(struct event *e);

/*
 * A number of the request, which may also be written as a decimal string: older SDKs do that.
 * *given: it is there at all, else *number is 0. False: it is neither, or too large.
 */
bool event_number(int64_t *number, bool *given, const struct event *e, const char *member);

/* Where an answer to this client alone goes. */
void event_direct_topic(char to[static TOPIC_MAX * 2], const char *client, const char *topic);

#endif
