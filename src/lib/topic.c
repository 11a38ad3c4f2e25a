/* SPDX-License-Identifier: Apache-2.0 */
/* topic.c - the topics of the wire protocol */
#include "topic.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

#define JOBS "$aws/things/"
#define CERTIFICATE "awslabs/things/"

void topic_jobs(char to[static TOPIC_MAX], const char *thing, const char *tail)
{
	str_format(to, TOPIC_MAX, JOBS "%s/jobs/%s", thing, tail);
}

void topic_job(char to[static TOPIC_MAX], const char *thing, const char *job, const char *tail)
{
	str_format(to, TOPIC_MAX, JOBS "%s/jobs/%s/%s", thing, job, tail);
}

void topic_certificate(char to[static TOPIC_MAX], const char *thing, const char *tail)
{
	str_format(to, TOPIC_MAX, CERTIFICATE "%s/certificate/%s", thing, tail);
}

/* Takes the segment that starts at *rest and moves *rest behind it (NULL after the last). */
static bool take_segment(char *to, size_t size, const char **rest)
{
	const char *start = *rest;
	size_t len;

	if (!start)
		return false;
	len = strcspn(start, "/");
	if (len == 0 || len >= size)
		return false;
	memcpy(to, start, len);
	to[len] = '\0';
	*rest = start[len] == '/' ? start + len + 1 : NULL;
	return true;
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && strcmp(text + len - tail, end) == 0;
}

/* Published by the service: answers, and notifications with and without a namespace. */
static bool is_told(const char *rest)
{
	return ends_in(rest, "/accepted") || ends_in(rest, "/rejected") ||
	    (strncmp(rest, "notify", 6) == 0 && !strchr(rest, '/'));
}

static enum topic_kind jobs_kind(struct topic *t, const char *rest)
{
	size_t job = strcspn(rest, "/");
	const char *space = rest + job, *operation = strrchr(rest, '/');
	bool get;

	if (is_told(rest))
		return TOPIC_NONE;
	if (!operation)
		return strcmp(rest, "get") == 0 ? TOPIC_GET_PENDING :
		       strcmp(rest, "start-next") == 0 ? TOPIC_START_NEXT : TOPIC_UNKNOWN;
	get = strcmp(operation, "/get") == 0;
	if (job == 0 || (!get && strcmp(operation, "/update") != 0))
		return TOPIC_UNKNOWN;
	str_format(t->job, sizeof t->job, "%.*s", (int)job, rest);
	if (space == operation)
		return get ? TOPIC_GET : TOPIC_UPDATE;
	if (strncmp(space, "/namespace-", 11) == 0 && strchr(space + 1, '/') == operation)
		return get ? TOPIC_NAMESPACE_GET : TOPIC_NAMESPACE_UPDATE;
	return TOPIC_UNKNOWN;
}

static enum topic_kind shadow_kind(const char *rest)
{
	if (strncmp(rest, "name/", 5) == 0)
		rest = strchr(rest + 5, '/') ? strchr(rest + 5, '/') + 1 : "";
	return strcmp(rest, "get") == 0 || strcmp(rest, "update") == 0 ||
		strcmp(rest, "delete") == 0
	    ? TOPIC_SHADOW
	    : TOPIC_NONE;
}

static enum topic_kind certificate_kind(const char *rest)
{
	if (strcmp(rest, "create") == 0)
		return TOPIC_CREATE;
	if (strcmp(rest, "commit") == 0)
		return TOPIC_COMMIT;
	return strcmp(rest, "request") == 0 ? TOPIC_REQUEST : TOPIC_NONE;
}

bool topic_is_certificate(enum topic_kind kind)
{
	return kind == TOPIC_CREATE || kind == TOPIC_COMMIT || kind == TOPIC_REQUEST;
}

bool topic_is_rotation(enum topic_kind kind)
{
	return topic_is_certificate(kind) || kind == TOPIC_GET_PENDING ||
	    kind == TOPIC_START_NEXT || kind == TOPIC_GET || kind == TOPIC_UPDATE;
}

bool topic_parse(struct topic *t, const char *topic)
{
	bool jobs = strncmp(topic, JOBS, strlen(JOBS)) == 0;
	bool certificate = strncmp(topic, CERTIFICATE, strlen(CERTIFICATE)) == 0;
	const char *rest = topic + (jobs ? strlen(JOBS) : certificate ? strlen(CERTIFICATE) : 0);

	*t = (struct topic){ .kind = TOPIC_NONE };
	if (!jobs && !certificate)
		return strncmp(topic, "$aws/", 5) == 0 || strncmp(topic, "awslabs/", 8) == 0;
	if (strlen(topic) + strlen("/accepted") >= TOPIC_MAX ||
	    !take_segment(t->thing, sizeof t->thing, &rest) || !rest)
		return true;
	if (jobs && strncmp(rest, "jobs/", 5) == 0)
		t->kind = jobs_kind(t, rest + 5);
	else if (jobs && strncmp(rest, "shadow/", 7) == 0)
		t->kind = shadow_kind(rest + 7);
	else if (certificate && strncmp(rest, "certificate/", 12) == 0)
		t->kind = certificate_kind(rest + 12);
	return true;
}

bool topic_matches(const char *filter, const char *topic)
{
	if (topic[0] == '$' && (filter[0] == '+' || filter[0] == '#'))
		return false;
	for (;;) {
		size_t f = strcspn(filter, "/"), t = strcspn(topic, "/");

		if (f == 1 && filter[0] == '#')
			return true;
		if (!(f == 1 && filter[0] == '+') && (f != t || memcmp(filter, topic, f) != 0))
			return false;
		filter += f;
		topic += t;
		if (*filter == '\0' || *topic == '\0')
			return (*filter == '\0' && *topic == '\0') || strcmp(filter, "/#") == 0;
		filter++;
		topic++;
	}
}

const char *topic_client_suffix(const char *client, const char *thing)
{
	size_t len = strlen(thing);

	if (strncmp(client, thing, len) != 0)
		return NULL;
	if (client[len] == '\0')
		return client + len;
	return client[len] == '#' && str_is_name(client + len + 1, 32, "-") ? client + len + 1
									    : NULL;
}

bool topic_client_acts(const char *suffix)
{
	if (suffix[0] == '\0' || strcmp(suffix, "gr") == 0)
		return true;
	return suffix[0] >= '1' && suffix[0] <= '9' && strcmp(suffix, "1") != 0 &&
	    strspn(suffix, "0123456789") == strlen(suffix);
}
