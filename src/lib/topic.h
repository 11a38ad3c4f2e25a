/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topic.h - the topics of the wire protocol (gr-protocol(7)).
 */
#ifndef GR_TOPIC_H
#define GR_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

enum {
	/*
	 * the longest a device sees: a response under a 128-byte thing and a 64-byte job is 214
	 * bytes
	 */
	TOPIC_MAX = 512,
	TOPIC_CLIENT_MAX = 128	/* a client id, bytes */
};

/*
 * Write "$aws/things/T/jobs/TAIL", "$aws/things/T/jobs/J/TAIL" and
 * "awslabs/things/T/certificate/TAIL".
 */
void topic_jobs(char to[static TOPIC_MAX], const char *thing, const char *tail);
void topic_job(char to[static TOPIC_MAX], const char *thing, const char *job, const char *tail);
void topic_certificate(char to[static TOPIC_MAX], const char *thing, const char *tail);

/* What a request topic asks for. */
enum topic_kind {
	TOPIC_NONE,		/* not a request of ours */
	TOPIC_GET_PENDING,	/* $aws/things/T/jobs/get */
	TOPIC_START_NEXT,	/* $aws/things/T/jobs/start-next */
	TOPIC_GET,		/* $aws/things/T/jobs/J/get, J may be $next */
	TOPIC_UPDATE,		/* $aws/things/T/jobs/J/update */
	TOPIC_CREATE,		/* awslabs/things/T/certificate/create */
	TOPIC_COMMIT,		/* awslabs/things/T/certificate/commit */
	TOPIC_REQUEST,		/* awslabs/things/T/certificate/request */
	/*
	 * What a device may ask and we do not have. It is answered all the same, so that nobody
	 * waits for ever.
	 */
	TOPIC_NAMESPACE_GET,	/* $aws/things/T/jobs/J/namespace-N/get, J may be $next */
	TOPIC_NAMESPACE_UPDATE,	/* $aws/things/T/jobs/J/namespace-N/update */
	/* $aws/things/T/jobs/ and anything else that is neither an answer nor a notification */
	TOPIC_UNKNOWN,
	/* $aws/things/T/shadow/OPERATION and .../shadow/name/N/OPERATION: get, update, delete */
	TOPIC_SHADOW
};
/* Tells whether it is a request to the certificate service, not to Jobs. */
bool topic_is_certificate(enum topic_kind kind);
/*
 * Tells whether a rotation uses such requests: those of the certificate service, and those of Jobs
 * without a namespace.
 */
bool topic_is_rotation(enum topic_kind kind);

struct topic {
	enum topic_kind kind;
	char thing[129];
	/* "" where the shape has none, or when it is longer than any job id */
	char job[65];
};
/*
 * Parses a request topic into *t, which is always filled; kind is TOPIC_NONE if topic has none of
 * these shapes, or is too long for its answer to fit TOPIC_MAX. True: topic lies under $aws/ or
 * awslabs/.
 */
bool topic_parse(struct topic *t, const char *topic);

/* Tells whether filter (with + and #) matches topic (MQTT 3.1.1, 4.7). */
bool topic_matches(const char *filter, const char *topic);

/*
 * Returns the suffix of a client id of thing T: "" for "T", the suffix for "T#suffix". NULL: the
 * client id does not belong to thing.
 */
const char *topic_client_suffix(const char *client, const char *thing);
/*
 * Tells whether a client with this suffix may do all that the thing may: "", the thing itself;
 * "gr", the rotator beside it; "2", "3" and so on, the connections that Greengrass nucleus opens
 * when it needs more than one.
 */
bool topic_client_acts(const char *suffix);

#endif
