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

static enum topic_kind jobs_kind(struct topic *t, const char *rest)
{
	char one[65], two[65];

	if (!take_segment(one, sizeof one, &rest))
		return TOPIC_NONE;
	if (!rest)
		return strcmp(one, "get") == 0 ? TOPIC_GET_PENDING :
		       strcmp(one, "start-next") == 0 ? TOPIC_START_NEXT : TOPIC_NONE;
	if (!take_segment(two, sizeof two, &rest) || rest)
		return TOPIC_NONE;
	str_copy(t->job, sizeof t->job, one);
	if (strcmp(two, "get") == 0)
		return TOPIC_GET;
	return strcmp(two, "update") == 0 ? TOPIC_UPDATE : TOPIC_NONE;
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

bool topic_parse(struct topic *t, const char *topic)
{
	bool jobs = strncmp(topic, JOBS, strlen(JOBS)) == 0;
	bool certificate = strncmp(topic, CERTIFICATE, strlen(CERTIFICATE)) == 0;
	const char *rest = topic + (jobs ? strlen(JOBS) : certificate ? strlen(CERTIFICATE) : 0);

	*t = (struct topic){ .kind = TOPIC_NONE };
	if (!jobs && !certificate)
		return strncmp(topic, "$aws/", 5) == 0 || strncmp(topic, "awslabs/", 8) == 0;
	if (!take_segment(t->thing, sizeof t->thing, &rest) || !rest)
		return true;
	if (jobs && strncmp(rest, "jobs/", 5) == 0)
		t->kind = jobs_kind(t, rest + 5);
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
	return client[len] == '#' && str_is_name(client + len + 1, 32, "-") ? client + len + 1 : NULL;
}
