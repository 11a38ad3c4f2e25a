/* SPDX-License-Identifier: Apache-2.0 */
/* fair_queue.c - requests that were read, a line for each thing */
#include "daemon/fair_queue.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

struct line {
	struct line *next;		/* in the round */
	struct line *same_bucket;
	struct queue waiting;
	char peer[FAIR_QUEUE_PEER];
};

/* Where in in/CERTIFICATE/HEX OF THE CLIENT ID/TAIL the parts begin. */
enum {
	CERTIFICATE_AT = 3,
	CERTIFICATE_LEN = 64,
	CLIENT_AT = CERTIFICATE_AT + CERTIFICATE_LEN + 1
};

void fair_queue_init(struct fair_queue *f)
{
	*f = (struct fair_queue){ .last = &f->first };
	queue_init(&f->after);
}

/* Hexadecimal, of the client id up to its '#'. */
static size_t thing_length(const char *client)
{
	size_t len = strcspn(client, "/"), n = 0;

	while (n + 2 <= len && strncmp(client + n, "23", 2) != 0)
		n += 2;
	return n;
}

/*
 * Whose it is, and may it be dropped? A client id counts only from one that was let in: a report
 * of one that was refused is the certificate's.
 */
static void read_peer(char peer[static FAIR_QUEUE_PEER], bool *request, const char *topic)
{
	bool stamped = strlen(topic) > CLIENT_AT && topic[CLIENT_AT - 1] == '/';
	const char *client = topic + CLIENT_AT, *tail = stamped ? strchr(client, '/') : NULL;

	peer[0] = '\0';
	*request = tail && strncmp(tail, "/gr/", 4) != 0;
	if (tail && strcmp(tail, "/gr/refused") == 0)
		str_format(peer, FAIR_QUEUE_PEER, "%.*s", CERTIFICATE_LEN, topic + CERTIFICATE_AT);
	else if (tail)
		str_format(peer, FAIR_QUEUE_PEER, "%.*s", (int)thing_length(client), client);
}

/* FNV-1a */
static struct line **bucket_of(struct fair_queue *f, const char *peer)
{
	uint32_t h = 2166136261u;

	for (; *peer; peer++)
		h = (h ^ (unsigned char)*peer) * 16777619u;
	return &f->by_peer[h % FAIR_QUEUE_BUCKETS];
}

static void join_round(struct fair_queue *f, struct line *l)
{
	l->next = NULL;
	*f->last = l;
	f->last = &l->next;
}

/* NULL: out of memory. */
static struct line *line_of(struct fair_queue *f, const char *peer)
{
	struct line **bucket = bucket_of(f, peer), *l = *bucket;

	while (l && strcmp(l->peer, peer) != 0)
		l = l->same_bucket;
	if (l || !(l = calloc(1, sizeof *l)))
		return l;
	queue_init(&l->waiting);
	str_copy(l->peer, sizeof l->peer, peer);
	l->same_bucket = *bucket;
	*bucket = l;
	join_round(f, l);
	return l;
}

static void end_line(struct fair_queue *f, struct line *l)
{
	struct line **at = bucket_of(f, l->peer);

	while (*at != l)
		at = &(*at)->same_bucket;
	*at = l->same_bucket;
	free(l);
}

static void drop(struct fair_queue *f, const char *topic)
{
	if (f->dropped++ == 0)
		str_format(f->loudest, sizeof f->loudest, "%.*s", CERTIFICATE_LEN,
			   topic + CERTIFICATE_AT);
}

bool fair_queue_push(struct fair_queue *f, const char *topic, const void *payload, size_t len)
{
	char peer[FAIR_QUEUE_PEER];
	struct message *m;
	struct line *l;
	bool request;

	if (f->after.first || strncmp(topic, "in/gr/", 6) == 0)
		return queue_push(&f->after, topic, payload, len) && ++f->count;
	read_peer(peer, &request, topic);
	if (!(l = line_of(f, peer)))
		return false;
	if (request && l->waiting.count >= FAIR_QUEUE_LINE) {
		drop(f, topic);
		return true;
	}
	if (!(m = message_new(topic, payload, len)))
		return false;	/* an empty line leaves with its turn */
	queue_add_message(&l->waiting, m);
	f->count++;
	return true;
}

struct message *fair_queue_pop(struct fair_queue *f)
{
	struct message *m = NULL;
	struct line *l;

	while (!m && (l = f->first)) {
		f->first = l->next;
		if (!f->first)
			f->last = &f->first;
		m = queue_pop(&l->waiting);
		if (l->waiting.first)
			join_round(f, l);
		else
			end_line(f, l);
	}
	if (!m)
		m = queue_pop(&f->after);
	if (m)
		f->count--;
	return m;
}

void fair_queue_clear(struct fair_queue *f)
{
	struct message *m;

	while ((m = fair_queue_pop(f)))
		message_free(m);
}

bool fair_queue_is_closed(const struct fair_queue *f)
{
	return f->after.first != NULL;
}
