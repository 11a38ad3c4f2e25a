/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.h - the live sessions of devices, from their authentication to their end. */
#ifndef GR_BROKER_SESSIONS_H
#define GR_BROKER_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "broker/identity.h"

struct mosquitto;

enum {
	SESSIONS_MAX = 5,		/* of one certificate at a time */
	SESSIONS_FILTERS_MAX = 250	/* that one of them subscribes to */
};

/* What all presence events of one session tell. */
struct presence {
	char identifier[37];	/* a UUID */
	/* grows from session to session, also when the broker starts again */
	int64_t version;
};

struct session {
	const struct mosquitto *client;	/* the broker's; only compared */
	struct identity who;
	struct presence presence;
	/* the turn of the broker's loop in which a request of it was last copied; 0: none */
	uint64_t copied_in;
	/* topic of a request with RETAIN that was allowed and is no message yet; NULL: none */
	char *retained;
	uint32_t dropped;	/* requests, since one was let through */
	bool ending;		/* another session took its client id over */
	bool may_be_kept;	/* by the broker, when it ends */
	bool unusable;		/* its certificate is: the client is to be dropped */
	bool thrown_out;	/* it was reported that its connection is closed */
	bool reported;		/* its start was reported at least once */
	bool to_report;		/* its start is to be reported (again) */
	LIST_ENTRY(session) by_client, by_id, by_certificate;
	TAILQ_ENTRY(session) all, queue;
};
TAILQ_HEAD(session_list, session);

struct sessions;

/* Makes an empty set of sessions. NULL: out of memory. */
struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);	/* takes NULL */

/* Adds a session; takes over *who, also when it fails. NULL: out of memory. */
struct session *sessions_add(struct sessions *sessions, const struct mosquitto *client,
			     struct identity *who);
void sessions_remove(struct sessions *sessions, struct session *session);
/* Notes the topic of a request with RETAIN; NULL: it became a message. False: out of memory. */
bool sessions_note_retained(struct session *session, const char *topic);

struct session *sessions_find(const struct sessions *sessions, const struct mosquitto *client);
/* Finds the newest session with that client id: the one that has it now. */
struct session *sessions_find_id(const struct sessions *sessions, const char *client_id);
/* Find a session that uses the certificate, and the next one after it; NULL: no more. */
struct session *sessions_find_certificate(const struct sessions *sessions,
					  const char *certificate);
struct session *sessions_next_certificate(const struct session *session);
/*
 * Counts the sessions that use the certificate, except one of this client id, whose place a new
 * session takes.
 */
unsigned sessions_count_others(const struct sessions *sessions, const char *certificate,
			       const char *client_id);

/* Returns the first session; they are in the order in which they began. */
struct session *sessions_first(const struct sessions *sessions);

/* Adds it to the queue of sessions whose start is to be reported. */
void sessions_queue_report(struct sessions *sessions, struct session *session);
/* Takes the next session out of that queue; NULL: there is none. */
struct session *sessions_next_to_report(struct sessions *sessions);

#endif
