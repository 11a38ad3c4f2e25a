/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - an authenticated MQTT session: that of gr-link when GR_LINK_SOCKET is set, else
 * one of our own.
 *
 * On any status but GR_OK one line has been written, except where it says silent. Times are
 * clock_boot_ms.
 */
#ifndef GR_SESSION_SESSION_H
#define GR_SESSION_SESSION_H

#include <stdint.h>

#include "config/conf.h"
#include "session/frame.h"
#include "session/message_queue.h"
#include "status.h"

struct session_own;

/* Stays where it is from session_open to session_close. */
struct session {
	char thing[129];
	int64_t timeout_ms;	/* requestTimeoutSeconds */
	struct message_queue queue;
	int link;		/* the socket of gr-link, or -1 */
	struct frame_buffer in, out;
	char **filters; /* that the broker was asked for, in the whole session */
	size_t filter_count;
	struct session_own *own; /* or a connection of our own; NULL */
};

/*
 * Opens a session. generation: the pair for one of our own, see connect_options.h. GR_BAD: not
 * configured. GR_FAIL: no connection, or no gr-link behind the socket. A refusal by the broker is
 * GR_FAIL too: gr-link and gr-probe report that, and for all others GR_NO means that the service
 * said no. After a failure there is nothing to close.
 */
enum status session_open(struct session *s, const struct conf *conf, uint32_t generation);
void session_close(struct session *s);

/*
 * Receives messages that match filter from now on: asks the broker for them, unless that was done
 * before. A refusal is no failure, since a service that answers the asking connection directly
 * needs no subscription.
 */
enum status session_listen(struct session *s, const char *filter);
/* Does the same for messages that only subscribers get. GR_NO, one line: the broker refused. */
enum status session_subscribe(struct session *s, const char *filter);
/*
 * Publishes and waits until the broker has the message (PUBACK). GR_FAIL: the broker does not have
 * it, or closed the connection instead.
 */
enum status session_publish(struct session *s, const char *topic, const void *payload, size_t len);
/*
 * Waits for the next message (message_release it). GR_NO, silent: none came until deadline.
 * GR_FAIL: the session is gone.
 */
enum status session_receive(struct session *s, struct message *message, int64_t deadline);

#endif
