/*
 * topic.h - the topics of the wire protocol (gr-protocol(7)).
 */
#ifndef GR_TOPIC_H
#define GR_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TOPIC_MAX = 512,	/* the longest a device sees: a response under a 128-byte thing and a 64-byte job is 214 bytes */
	TOPIC_CLIENT_MAX = 128	/* a client id, bytes */
};

/* "$aws/things/T/jobs/TAIL" and "awslabs/things/T/certificate/TAIL", into TOPIC_MAX bytes. */
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
	TOPIC_REQUEST		/* awslabs/things/T/certificate/request */
};
/* One of the certificate service's, not of Jobs. */
bool topic_is_certificate(enum topic_kind kind);

struct topic {
	enum topic_kind kind;
	char thing[129];
	char job[65];		/* "" where the shape has none */
};
/* True when topic lies under $aws/ or awslabs/; *t is always filled, kind TOPIC_NONE if it is none of these shapes. */
bool topic_parse(struct topic *t, const char *topic);

/* Does filter (with + and #) match topic? MQTT 3.1.1, 4.7. */
bool topic_matches(const char *filter, const char *topic);

/*
 * The thing a client id speaks for: "T" gives "", "T#suffix" gives the suffix.
 * NULL: it does not belong to thing.
 */
const char *topic_client_suffix(const char *client, const char *thing);

#endif
