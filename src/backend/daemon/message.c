/* SPDX-License-Identifier: Apache-2.0 */
/* message.c - messages and queues of them */
#include "daemon/message.h"

#include <stdlib.h>
#include <string.h>

struct message *message_new(const char *topic, const void *payload, size_t len)
{
	struct message *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->topic = strdup(topic);
	m->payload = malloc(len + 1);
	if (!m->topic || !m->payload) {
		message_free(m);
		return NULL;
	}
	memcpy(m->payload, len ? payload : "", len);
	m->payload[len] = '\0';
	m->len = len;
	return m;
}

void message_free(struct message *m)
{
	if (!m)
		return;
	free(m->topic);
	free(m->payload);
	free(m);
}

void message_queue_init(struct message_queue *q)
{
	*q = (struct message_queue){ .last = &q->first };
}

void message_queue_add(struct message_queue *q, struct message *m)
{
	m->next = NULL;
	*q->last = m;
	q->last = &m->next;
	q->count++;
}

bool message_queue_push(struct message_queue *q, const char *topic, const void *payload,
			size_t len)
{
	struct message *m = message_new(topic, payload, len);

	if (m)
		message_queue_add(q, m);
	return m != NULL;
}

struct message *message_queue_pop(struct message_queue *q)
{
	struct message *m = q->first;

	if (!m)
		return NULL;
	q->first = m->next;
	if (!q->first)
		q->last = &q->first;
	q->count--;
	return m;
}

void message_queue_clear(struct message_queue *q)
{
	struct message *m;

	while ((m = message_queue_pop(q)))
		message_free(m);
}
