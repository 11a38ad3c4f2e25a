/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - the live sessions of devices, from their authentication to their end. */
#ifndef GR_BROKER_SESSION_H
#define GR_BROKER_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "broker/identity.h"

struct mosquitto;

enum {
	SESSIONS_MAX = 5,	/* of one certificate at a time */
	SESSIONS_FILTERS_MAX = 250	/* that one of them subscribes to */
};

/* What events of one session have in common. */
struct presence {
	char identifier[37];	/* a UUID */
	/* grows from session to session, also over the lives of the broker */
	int64_t version;
};

struct session {
	const struct mosquitto *client;	/* the broker's; only compared */
	struct identity who;
	struct presence presence;
	/* the turn of the broker's loop in which a request of it was copied last; 0: none */
	uint64_t raised;
	/* a request with RETAIN that was allowed and is no message yet; NULL: none */
	char *kept;
	uint32_t dropped;	/* requests, since one was let through */
	bool ending;		/* another session took its client id over */
	bool may_be_kept;	/* by the broker, when it ends */
	bool doomed;		/* to be dropped */
	bool thrown_out;	/* it was reported that its connection is closed */
	bool told;		/* its start was reported at least once */
	bool waiting;		/* its start is to be reported (again) */
	LIST_ENTRY(session) by_client, by_id, by_certificate;
	TAILQ_ENTRY(session) all, queue;
};
TAILQ_HEAD(session_list, session);

struct sessions;

/* NULL: out of memory. */
struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);	/* takes NULL */

/* Takes over *who, also when it fails. NULL: out of memory. */
struct session *sessions_add(struct sessions *sessions, const struct mosquitto *client,
			     struct identity *who);
void sessions_remove(struct sessions *sessions, struct session *session);
/* Notes the topic of such a request, or with NULL that it was a message. False: out of memory. */
bool session_keep(struct session *session, const char *topic);

struct session *sessions_find(const struct sessions *sessions, const struct mosquitto *client);
/* The one that has the client id now: the newest. */
struct session *sessions_find_id(const struct sessions *sessions, const char *client_id);
/* Any that uses the certificate, and the next one after it; NULL: no more. */
struct session *sessions_find_certificate(const struct sessions *sessions,
					  const char *certificate);
struct session *sessions_next_certificate(const struct session *session);
/* How many use the certificate, without one of this client id: a new one takes its place. */
unsigned sessions_count_others(const struct sessions *sessions, const char *certificate,
			       const char *client_id);

/* In order of their start. */
struct session *sessions_first(const struct sessions *sessions);

/* The line of those whose start is to be reported. */
void sessions_wait(struct sessions *sessions, struct session *session);
/* The next in it, which leaves it; NULL: none. */
struct session *sessions_next_waiting(struct sessions *sessions);

#endif
