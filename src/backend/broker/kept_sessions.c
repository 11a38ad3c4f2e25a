/* SPDX-License-Identifier: Apache-2.0 */
/* kept_sessions.c - sessions that the broker keeps, and the messages that wait for them */
#include "broker/kept_sessions.h"
#include "str.h"
#include "topic.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { BUCKETS = 4096 };

struct kept_session {
	char client[TOPIC_CLIENT_MAX + 1];
	unsigned messages;
	size_t bytes;
	int64_t asked_at;	/* clock_boot_ms; 0: never */
	/* false: the broker has it from its file and must not be asked (session_limits.c) */
	bool ended_here;
	LIST_ENTRY(kept_session) next;
};
LIST_HEAD(bucket, kept_session);

/* By thing: the part of a client id before its '#'. */
struct kept_sessions {
	struct bucket things[BUCKETS];
};

struct kept_sessions *kept_sessions_new(void)
{
	return calloc(1, sizeof(struct kept_sessions));
}

void kept_sessions_free(struct kept_sessions *kept)
{
	for (size_t i = 0; kept && i < BUCKETS; i++)
		while (!LIST_EMPTY(&kept->things[i])) {
			struct kept_session *s = LIST_FIRST(&kept->things[i]);

			LIST_REMOVE(s, next);
			free(s);
		}
	free(kept);
}

static struct bucket *bucket_of(struct kept_sessions *kept, const char *client)
{
	uint32_t hash = 2166136261u;

	for (; *client && *client != '#'; client++)
		hash = (hash ^ (unsigned char)*client) * 16777619u;
	return &kept->things[hash % BUCKETS];
}

static bool is_of_thing(const struct kept_session *s, const char *client)
{
	size_t len = strcspn(client, "#");

	return strncmp(s->client, client, len) == 0 &&
	    (s->client[len] == '#' || s->client[len] == '\0');
}

static struct kept_session *find(struct kept_sessions *kept, const char *client)
{
	struct kept_session *s;

	LIST_FOREACH(s, bucket_of(kept, client), next)
		if (strcmp(s->client, client) == 0)
			return s;
	return NULL;
}

static struct kept_session *add(struct kept_sessions *kept, const char *client)
{
	struct kept_session *s = find(kept, client);

	if (s)
		return s;
	s = calloc(1, sizeof *s);
	if (!s || !str_copy(s->client, sizeof s->client, client)) {
		free(s);
		return NULL;
	}
	LIST_INSERT_HEAD(bucket_of(kept, client), s, next);
	return s;
}

void kept_sessions_add(struct kept_sessions *kept, const char *client)
{
	struct kept_session *s = add(kept, client);

	if (s)
		s->ended_here = true;
}

static void drop(struct kept_session *s)
{
	LIST_REMOVE(s, next);
	free(s);
}

void kept_sessions_remove(struct kept_sessions *kept, const char *client)
{
	struct kept_session *s = find(kept, client);

	if (s)
		drop(s);
}

/* T and T#gr are one session each, and a rotation needs them: they are not counted. */
static bool counts(const struct kept_session *s, const char *client)
{
	const char *suffix = s->client + strcspn(s->client, "#");

	return s->ended_here && is_of_thing(s, client) && suffix[0] != '\0' &&
	    strcmp(suffix, "#gr") != 0 && strcmp(s->client, client) != 0;
}

static unsigned count(struct kept_sessions *kept, const char *client)
{
	struct kept_session *s;
	unsigned n = 0;

	LIST_FOREACH(s, bucket_of(kept, client), next)
		n += counts(s, client);
	return n;
}

bool kept_sessions_is_full(struct kept_sessions *kept, const char *client, int64_t now,
			   bool (*ask)(void *arg, const char *client), void *arg)
{
	struct kept_session *s, *next;

	if (count(kept, client) < KEPT_SESSIONS_MAX)
		return false;
	for (s = LIST_FIRST(bucket_of(kept, client)); s; s = next) {
		next = LIST_NEXT(s, next);
		if (!counts(s, client) ||
		    (s->asked_at != 0 && now - s->asked_at < KEPT_SESSIONS_ASK_MS))
			continue;
		s->asked_at = now;
		if (!ask(arg, s->client))
			drop(s);
	}
	return count(kept, client) >= KEPT_SESSIONS_MAX;
}

bool kept_sessions_admits(struct kept_sessions *kept, const char *client, size_t bytes)
{
	struct kept_session *s = add(kept, client);

	if (!s || s->messages >= KEPT_SESSIONS_MESSAGES || s->bytes + bytes > KEPT_SESSIONS_BYTES)
		return false;
	s->messages++;
	s->bytes += bytes;
	return true;
}
