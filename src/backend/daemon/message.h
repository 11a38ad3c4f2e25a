/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - a request as it came, or an answer on its way out; a queue of them. */
#ifndef GR_DAEMON_MESSAGE_H
#define GR_DAEMON_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

struct message {
	struct message *next;
	char *topic, *payload;	/* payload has a NUL behind its len bytes */
	size_t len;
};
/* Copies topic and payload. NULL: out of memory. */
struct message *message_new(const char *topic, const void *payload, size_t len);
void message_free(struct message *m);	/* takes NULL */

struct message_queue {
	struct message *first, **last;
	size_t count;
};
void message_queue_init(struct message_queue *q);
/* Appends a copy. False: out of memory. */
bool message_queue_push(struct message_queue *q, const char *topic, const void *payload,
			size_t len);
/* Appends m and takes it over. */
void message_queue_add(struct message_queue *q, struct message *m);
/* Takes the first message out of the queue; message_free it. NULL: the queue is empty. */
struct message *message_queue_pop(struct message_queue *q);
void message_queue_clear(struct message_queue *q);

#endif
