/* SPDX-License-Identifier: Apache-2.0 */
/* message_queue.h - messages that were received and not yet read, in a bounded queue. */
#ifndef GR_SESSION_MESSAGE_QUEUE_H
#define GR_SESSION_MESSAGE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

enum { MESSAGE_QUEUE_MAX = 64, MESSAGE_MAX = 128 * 1024 /* bytes of payload */ };

struct message {
	char *topic;	     /* one allocation with the payload behind it */
	const char *payload; /* len bytes and a NUL */
	size_t len;
};
void message_release(struct message *message); /* takes a zeroed struct */

struct message_queue {
	struct message slot[MESSAGE_QUEUE_MAX];
	size_t first, count;
	bool overflowed; /* since one was taken out last */
};
/*
 * Copies the message into the queue. False: there was no room, and it is dropped; one line, at
 * most one for each overflow.
 */
bool message_queue_put(struct message_queue *queue, const char *topic, const void *payload,
		       size_t len);
/* Takes the oldest message out (message_release it). False: there is none. */
bool message_queue_take(struct message_queue *queue, struct message *message);
void message_queue_release(struct message_queue *queue);

#endif
