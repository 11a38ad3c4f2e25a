/* SPDX-License-Identifier: Apache-2.0 */
/* fair_queue.c - requests that were read, a queue for each thing */
#include "daemon/fair_queue.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 257 };

/* A hash table finds one by its name; the empty ones are freed with their turn. */
struct fair_queue_thing {
	struct fair_queue_thing *next;		/* whose turn is next */
	struct fair_queue_thing *same_bucket;
	struct message_queue waiting;
	char name[NAME_SIZE];
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
	message_queue_init(&f->after);
}

/* Length of the thing's name in hexadecimal: the client id up to its '#', which is 23. */
static size_t thing_length(const char *client)
{
	size_t len = strcspn(client, "/"), n = 0;

	while (n + 2 <= len && strncmp(client + n, "23", 2) != 0)
		n += 2;
	return n;
}

/*
 * Reads the name of the queue that a message belongs in, and whether it is a request, which may be
 * dropped. The queue is that of the thing; but a client that was refused may have called itself
 * anything, so the report of that goes by its certificate.
 */
static void read_name(char name[static NAME_SIZE], bool *request, const char *topic)
{
	bool stamped = strlen(topic) > CLIENT_AT && topic[CLIENT_AT - 1] == '/';
	const char *client = topic + CLIENT_AT, *tail = stamped ? strchr(client, '/') : NULL;

	name[0] = '\0';
	*request = tail && strncmp(tail, "/gr/", 4) != 0;
	if (tail && (strcmp(tail, "/gr/refused") == 0 || strcmp(tail, "/gr/damaged") == 0))
		str_format(name, NAME_SIZE, "%.*s", CERTIFICATE_LEN, topic + CERTIFICATE_AT);
	else if (tail)
		str_format(name, NAME_SIZE, "%.*s", (int)thing_length(client), client);
}

/* FNV-1a */
static struct fair_queue_thing **bucket_of(struct fair_queue *f, const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return &f->by_name[h % FAIR_QUEUE_BUCKETS];
}

static void append_turn(struct fair_queue *f, struct fair_queue_thing *t)
{
	t->next = NULL;
	*f->last = t;
	f->last = &t->next;
}

/* Finds the queue of that name or makes it. NULL: out of memory. */
static struct fair_queue_thing *thing_of(struct fair_queue *f, const char *name)
{
	struct fair_queue_thing **bucket = bucket_of(f, name), *t = *bucket;

	while (t && strcmp(t->name, name) != 0)
		t = t->same_bucket;
	if (t)
		return t;
	t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	message_queue_init(&t->waiting);
	str_copy(t->name, sizeof t->name, name);
	t->same_bucket = *bucket;
	*bucket = t;
	append_turn(f, t);
	return t;
}

static void remove_thing(struct fair_queue *f, struct fair_queue_thing *t)
{
	struct fair_queue_thing **at = bucket_of(f, t->name);

	while (*at != t)
		at = &(*at)->same_bucket;
	*at = t->same_bucket;
	free(t);
}

static void drop(struct fair_queue *f, const char *topic)
{
	if (f->dropped++ == 0)
		str_format(f->loudest, sizeof f->loudest, "%.*s", CERTIFICATE_LEN,
			   topic + CERTIFICATE_AT);
}

bool fair_queue_push(struct fair_queue *f, const char *topic, const void *payload, size_t len)
{
	char name[NAME_SIZE];
	struct message *m;
	struct fair_queue_thing *t;
	bool request;

	if (f->after.first || strncmp(topic, "in/gr/", 6) == 0)
		return message_queue_push(&f->after, topic, payload, len) && ++f->count;
	read_name(name, &request, topic);
	t = thing_of(f, name);
	if (!t)
		return false;
	if (request && t->waiting.count >= FAIR_QUEUE_EACH) {
		drop(f, topic);
		return true;
	}
	m = message_new(topic, payload, len);
	if (!m)
		return false;
	message_queue_add(&t->waiting, m);
	f->count++;
	return true;
}

struct message *fair_queue_pop(struct fair_queue *f)
{
	struct fair_queue_thing *t;
	struct message *m = NULL;

	while (!m && f->first) {
		t = f->first;
		f->first = t->next;
		if (!f->first)
			f->last = &f->first;
		m = message_queue_pop(&t->waiting);
		if (t->waiting.first)
			append_turn(f, t);
		else
			remove_thing(f, t);
	}
	if (!m)
		m = message_queue_pop(&f->after);
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
