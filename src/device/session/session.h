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
	char **filters;		/* that were asked for; they stay for the session's life */
	size_t filter_count;
	struct session_own *own; /* or a connection of our own; NULL */
};

/*
 * generation: for a session of our own, as connect_options_load. GR_FAIL: no connection, or no gr-link
 * behind the socket. That includes a refusal: the verdict on a pair is for gr-link and gr-probe to
 * give, and what asks through a session answers GR_NO for the service's word alone. After a
 * failure there is nothing to close.
 */
enum status session_open(struct session *s, const struct conf *conf, uint32_t generation);
void session_close(struct session *s);

/*
 * Wants messages that match filter, and asks the broker for them. That it refuses is no failure: a
 * service that answers the asking connection directly needs no subscription. What was wanted
 * before is not asked for again.
 */
enum status session_listen(struct session *s, const char *filter);
/* The same for what comes to subscribers alone. GR_NO: the broker refused. */
enum status session_subscribe(struct session *s, const char *filter);
/* GR_OK: the broker has it (PUBACK). GR_FAIL: it has not, or closed the connection instead. */
enum status session_publish(struct session *s, const char *topic, const void *payload, size_t len);
/*
 * The next message (release it). GR_NO, silent: none until deadline. GR_FAIL: the session is gone.
 */
enum status session_receive(struct session *s, struct message *message, int64_t deadline);

#endif
