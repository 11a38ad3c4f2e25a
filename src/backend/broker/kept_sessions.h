/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept_sessions.h - the sessions that the broker keeps for clients that are away, and the messages
 * that wait for them: both bounded for each thing.
 *
 * Mosquitto's own bounds are the same for all clients, so they must be as wide as gr-backendd's
 * session needs. At CONNECT a plugin sees whether a session is to be kept with MQTT 3.1.1 only;
 * with MQTT 5 it does not see for how long.
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
	/* the broker is not asked more often whether it still has one */
	KEPT_SESSIONS_ASK_MS = 60000
};

struct kept_sessions;

struct kept_sessions *kept_sessions_new(void);	/* NULL: out of memory */
void kept_sessions_free(struct kept_sessions *kept);	/* takes NULL */

/*
 * Adds a session that has ended and that the broker may keep. If there is no memory for it, it is
 * not counted.
 */
void kept_sessions_add(struct kept_sessions *kept, const char *client);
/* Removes a session: its client is back. */
void kept_sessions_remove(struct kept_sessions *kept, const char *client);

/*
 * Tells whether the thing of this client has KEPT_SESSIONS_MAX other sessions that are kept, so
 * that no more may be. ask tells whether the broker still has the session of a client; it is
 * called only for sessions that kept_sessions_add noted, and only when the answer matters.
 */
bool kept_sessions_is_full(struct kept_sessions *kept, const char *client, int64_t now,
			   bool (*ask)(void *arg, const char *client), void *arg);

/* Counts a message of so many bytes that is to wait for this client. False: it may not. */
bool kept_sessions_admits(struct kept_sessions *kept, const char *client, size_t bytes);

#endif
