/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - a request as it came, or an answer on its way out; a list of them. */
#ifndef GR_DAEMON_MESSAGE_H
#define GR_DAEMON_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

struct message {
	struct message *next;
	char *topic, *payload;
	size_t len;
};
/* Copies both. NULL: out of memory. */
struct message *message_new(const char *topic, const void *payload, size_t len);
void message_free(struct message *m);	/* takes NULL */

struct queue {
	struct message *first, **last;
	size_t count;
};
void queue_init(struct queue *q);
/* Copies both. False: out of memory. */
bool queue_push(struct queue *q, const char *topic, const void *payload, size_t len);
/* Takes over m. */
void queue_add_message(struct queue *q, struct message *m);
struct message *queue_pop(struct queue *q);
void queue_clear(struct queue *q);

#endif
