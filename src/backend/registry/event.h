/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - one request of a device, as the broker plugin stamped it, and the answer to it.
 *
 * A handler is a plain function from an event to calls on the registry and an answer; it runs
 * inside the caller's transaction. It returns GR_OK when the event was handled, also if it was
 * refused, and GR_FAIL (one line written) when the registry failed; then the caller rolls the
 * event back.
 */
#ifndef GR_REGISTRY_EVENT_H
#define GR_REGISTRY_EVENT_H

#include <jansson.h>

#include "registry/db.h"
#include "rules/rules.h"
#include "topic.h"

struct event;
struct signer;

/* The last status that a device gives an execution, and what it means for the certificates. */
struct event_final_status {
	const char *job;
	int64_t number;		/* of the execution; 0: the latest that has a rotation */
	bool succeeded;		/* else FAILED or REJECTED */
	bool says_ours;		/* event_says_ours of its statusDetails */
	bool needs_rotation;	/* the execution is open and its job is a rotation */
	/* the answer; why: a static sentence where it is refused, else NULL */
	const char *why;
	enum survivor survivor;	/* what is on record afterwards */
	bool untold;		/* the answer must not tell how it ended: ask again */
};

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

	/*
	 * What a final status means for the certificates. The program that runs the handlers hands
	 * this over, because the Jobs service does not know the rotation. GR_OK: counted or
	 * refused. GR_FAIL: the registry failed.
	 */
	enum status (*final_status)(struct event_final_status *f, struct event *e);

	/* the execution for which this session was given a certificate; 0: none that is known */
	int64_t asked;
	/* the answer must not get lost between commit and publish: it goes through the outbox */
	bool writes;
	bool hold;			/* keep the answer here even so (stand-alone programs) */
	char answer_topic[TOPIC_MAX * 2];	/* "" until answered, or when the outbox has it */
	json_t *answer;
};

/*
 * Checks what every request of a rotation needs: the client speaks for the thing, and the
 * certificate of its connection is ACTIVE and the thing's. GR_NO: *why is a static sentence.
 */
enum status event_check_asker(const char **why, const struct event *e);
/* Tells whether these statusDetails (NULL: none) say that the device is ours. See rules.h. */
bool event_says_ours(const json_t *details);

/*
 * Answer with an acceptance or a rejection; both take over body and add timestamp and clientToken.
 */
enum status event_accept(struct event *e, json_t *body);
enum status event_reject(struct event *e, json_t *body);
/*
 * Rejects a request of Jobs: {"code","message"} and, if state is not NULL, executionState (taken
 * over).
 */
enum status event_reject_code(struct event *e, const char *code, const char *message,
			      json_t *state);
/*
 * Returns how many bytes the MQTT packet has in which body would reach a device as an acceptance;
 * 0: out of memory.
 */
size_t event_packet_size(const struct event *e, json_t *body);
/*
 * Rejects create, commit or request: {"errorMsg","jobId"?}; retry asks the device to send it again
 * later.
 */
enum status event_reject_text(struct event *e, const char *message, bool retry);
void event_release(struct event *e);

/*
 * Reads a number of the request, which may also be a decimal string, as older SDKs send it.
 * *given: the member is there; otherwise *number is 0. False: it is neither number nor such a
 * string, or too large.
 */
bool event_number(int64_t *number, bool *given, const struct event *e, const char *member);

/* Writes the topic on which an answer goes to this client alone. */
void event_direct_topic(char to[static TOPIC_MAX * 2], const char *client, const char *topic);

#endif
