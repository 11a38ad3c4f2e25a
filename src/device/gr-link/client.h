/* SPDX-License-Identifier: Apache-2.0 */
/* client.h - one program that uses the session of gr-link: what it asked for, what it is sent. */
#ifndef GR_LINK_CLIENT_H
#define GR_LINK_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "gr-link/subscription.h"
#include "session/frame.h"
#include "session/message_queue.h"
#include "status.h"

/*
 * The request that a client waits for; it has one at a time. REQUEST_LISTEN succeeds even if the
 * broker refuses the subscription.
 */
enum request_kind { REQUEST_NONE, REQUEST_PUBLISH, REQUEST_LISTEN, REQUEST_SUBSCRIBE };

struct client {
	int fd;	  /* -1: an empty place */
	long pid; /* for error lines */
	struct frame_buffer in, out;
	bool wants[SUBSCRIPTIONS];
	enum request_kind request;
	int mid;      /* of the publish */
	size_t place; /* of the subscription */
};

void client_init(struct client *client, int fd, long pid);
/* Closes the socket and empties the place. */
void client_drop(struct client *client);
/* Does the same, with one line that names the client and says why. */
void client_expel(struct client *client, const char *why);

/* Returns what to poll for. Nothing is read from a client that waits for an answer. */
struct pollfd client_pollfd(const struct client *client);
/* Sends and receives what poll found. False: the client is gone, and was dropped. */
bool client_move(struct client *client, short revents);
/* Answers the client's request: DONE or, if why is not NULL, FAILED with st. */
void client_answer(struct client *client, enum status st, const char *why);
/*
 * Passes the message on if the client wants it. A client that lets too much pile up is dropped.
 * all: the subscriptions of the session.
 */
void client_pass(struct client *client, const struct subscription all[static SUBSCRIPTIONS],
		 const struct message *message);

#endif
