/* message.c - a bounded list of messages */
#include "gr-backendd/daemon.h"

#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 10000 };

void queue_init(struct queue *q)
{
	*q = (struct queue){ .last = &q->first };
}

bool queue_push(struct queue *q, const char *topic, const void *payload, size_t len)
{
	struct message *m = q->count < QUEUE_MAX ? calloc(1, sizeof *m) : NULL;

	if (!m)
		return false;
	m->topic = strdup(topic);
	m->payload = malloc(len + 1);
	if (!m->topic || !m->payload) {
		message_free(m);
		return false;
	}
	memcpy(m->payload, len ? payload : "", len);
	m->payload[len] = '\0';
	m->len = len;
	*q->last = m;
	q->last = &m->next;
	q->count++;
	return true;
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

void message_free(struct message *m)
{
	if (!m)
		return;
	free(m->topic);
	free(m->payload);
	free(m);
}
