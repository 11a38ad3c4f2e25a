/* SPDX-License-Identifier: Apache-2.0 */
/* message.c - messages and lists of them */
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

void queue_init(struct queue *q)
{
	*q = (struct queue){ .last = &q->first };
}

void queue_add_message(struct queue *q, struct message *m)
{
	m->next = NULL;
	*q->last = m;
	q->last = &m->next;
	q->count++;
}

bool queue_push(struct queue *q, const char *topic, const void *payload, size_t len)
{
	struct message *m = message_new(topic, payload, len);

	if (m)
		queue_add_message(q, m);
	return m != NULL;
}

struct message *queue_pop(struct queue *q)
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

void queue_clear(struct queue *q)
{
	struct message *m;

	while ((m = queue_pop(q)))
		message_free(m);
}
