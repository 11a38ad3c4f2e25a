/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.c - the live sessions of devices */
#include "broker/sessions.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };
LIST_HEAD(bucket, session);

struct sessions {
	struct bucket by_client[BUCKETS], by_id[BUCKETS], by_certificate[BUCKETS];
	struct session_list all, queue;
};

static size_t hash_pointer(const void *pointer)
{
	return ((uintptr_t)pointer >> 4) * 2654435761u % BUCKETS;
}

static size_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash % BUCKETS;
}

struct sessions *sessions_new(void)
{
	struct sessions *s = calloc(1, sizeof *s);

	if (s) {
		TAILQ_INIT(&s->all);
		TAILQ_INIT(&s->queue);
	}
	return s;
}

void sessions_free(struct sessions *sessions)
{
	struct session *session;

	if (!sessions)
		return;
	while ((session = TAILQ_FIRST(&sessions->all)))
		sessions_remove(sessions, session);
	free(sessions);
}

struct session *sessions_add(struct sessions *sessions, const struct mosquitto *client,
			     struct identity *who)
{
	struct session *session = calloc(1, sizeof *session);

	if (!session) {
		identity_release(who);
		return NULL;
	}
	session->client = client;
	session->who = *who;
	LIST_INSERT_HEAD(&sessions->by_client[hash_pointer(client)], session, by_client);
	LIST_INSERT_HEAD(&sessions->by_id[hash_text(who->client)], session, by_id);
	LIST_INSERT_HEAD(&sessions->by_certificate[hash_text(who->certificate)], session,
			 by_certificate);
	TAILQ_INSERT_TAIL(&sessions->all, session, all);
	return session;
}

void sessions_remove(struct sessions *sessions, struct session *session)
{
	if (session->to_report)
		TAILQ_REMOVE(&sessions->queue, session, queue);
	TAILQ_REMOVE(&sessions->all, session, all);
	LIST_REMOVE(session, by_client);
	LIST_REMOVE(session, by_id);
	LIST_REMOVE(session, by_certificate);
	identity_release(&session->who);
	free(session->retained);
	free(session);
}

bool sessions_note_retained(struct session *session, const char *topic)
{
	free(session->retained);
	session->retained = topic ? strdup(topic) : NULL;
	return session->retained || !topic;
}

struct session *sessions_find(const struct sessions *sessions, const struct mosquitto *client)
{
	struct session *s;

	LIST_FOREACH(s, &sessions->by_client[hash_pointer(client)], by_client)
		if (s->client == client)
			return s;
	return NULL;
}

struct session *sessions_find_id(const struct sessions *sessions, const char *client_id)
{
	struct session *s;

	LIST_FOREACH(s, &sessions->by_id[hash_text(client_id)], by_id)
		if (strcmp(s->who.client, client_id) == 0)
			return s;
	return NULL;
}

/* The first one from s on that uses the certificate. */
static struct session *of_certificate(struct session *s, const char *certificate)
{
	while (s && strcmp(s->who.certificate, certificate) != 0)
		s = LIST_NEXT(s, by_certificate);
	return s;
}

struct session *sessions_find_certificate(const struct sessions *sessions, const char *certificate)
{
	return of_certificate(LIST_FIRST(&sessions->by_certificate[hash_text(certificate)]),
			      certificate);
}

struct session *sessions_next_certificate(const struct session *session)
{
	return of_certificate(LIST_NEXT(session, by_certificate), session->who.certificate);
}

unsigned sessions_count_others(const struct sessions *sessions, const char *certificate,
			       const char *client_id)
{
	unsigned n = 0;

	for (const struct session *s = sessions_find_certificate(sessions, certificate); s;
	     s = sessions_next_certificate(s))
		n += !s->ending && strcmp(s->who.client, client_id) != 0;
	return n;
}

struct session *sessions_first(const struct sessions *sessions)
{
	return TAILQ_FIRST(&sessions->all);
}

void sessions_queue_report(struct sessions *sessions, struct session *session)
{
	if (session->to_report)
		return;
	session->to_report = true;
	TAILQ_INSERT_TAIL(&sessions->queue, session, queue);
}

struct session *sessions_next_to_report(struct sessions *sessions)
{
	struct session *session = TAILQ_FIRST(&sessions->queue);

	if (session) {
		session->to_report = false;
		TAILQ_REMOVE(&sessions->queue, session, queue);
	}
	return session;
}
