/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept_sessions.h - the sessions that the broker keeps for clients that are away, and what waits
 * for them: both bounded for each thing.
 *
 * Mosquitto's own bounds hold for every client alike, and so must be as wide as gr-backendd's
 * session needs them. And only from MQTT 3.1.1 can a plugin see at CONNECT that a session is to be
 * kept; with MQTT 5 the length of its life is not told to it.
 */
#ifndef GR_BROKER_KEPT_SESSIONS_H
#define GR_BROKER_KEPT_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEPT_SESSIONS_MAX = 5,			/* of one thing, beside T and T#gr */
	KEPT_SESSIONS_MESSAGES = 1000,		/* that wait for one of them */
	KEPT_SESSIONS_BYTES = 1 << 20,
	KEPT_SESSIONS_ASK_MS = 60000		/* more often the broker is not asked whether one is still there */
};

struct kept_sessions;

struct kept_sessions *kept_sessions_new(void);	/* NULL: out of memory */
void kept_sessions_free(struct kept_sessions *kept);	/* takes NULL */

/* A session has ended that the broker may keep. Out of memory it is forgotten. */
void kept_sessions_add(struct kept_sessions *kept, const char *client);
/* Its client is back. */
void kept_sessions_remove(struct kept_sessions *kept, const char *client);

/*
 * Has the thing of this client KEPT_SESSIONS_MAX others, so that it may leave none? ask tells
 * whether the broker still has that of a client; it is asked only of what kept_sessions_add told,
 * when the answer matters.
 */
bool kept_sessions_is_full(struct kept_sessions *kept, const char *client, int64_t now,
			   bool (*ask)(void *arg, const char *client), void *arg);

/*
 * May a message of so many bytes wait for this client, which is away? If so it has been counted.
 */
bool kept_sessions_admits(struct kept_sessions *kept, const char *client, size_t bytes);

#endif
