/* SPDX-License-Identifier: Apache-2.0 */
/* acl.c - closed topics, then policies */
#include "broker/acl.h"

#include <string.h>

/* A level of a topic or filter, not ended by a NUL. */
struct level {
	const char *text;
	size_t len;
};

/* The n-th level, from 0; text NULL: there are not as many. */
static struct level level_at(const char *topic, unsigned n)
{
	while (n-- > 0) {
		topic = strchr(topic, '/');
		if (!topic)
			return (struct level){ NULL, 0 };
		topic++;
	}
	return (struct level){ topic, strcspn(topic, "/") };
}

static bool level_is(struct level level, const char *text)
{
	return level.text && strlen(text) == level.len && memcmp(level.text, text, level.len) == 0;
}

static bool first_is(const char *topic, const char *text)
{
	return level_is(level_at(topic, 0), text);
}

static bool is_internal(const char *topic)
{
	return first_is(topic, "in") || first_is(topic, "out") || first_is(topic, "$gr");
}

static bool level_covers(struct level level, const char *text)
{
	return level_is(level, text) || level_is(level, "+");
}

/*
 * Does the topic, or the filter by its literal beginning, lead to rotation topics of one thing (or
 * of any, by a "+" in its place)? Filters that get there only by "#" are sifted at delivery.
 */
static bool is_rotation(const char *topic)
{
	const char *what = first_is(topic, "$aws") ? "jobs"
	    : first_is(topic, "awslabs")	   ? "certificate"
						   : NULL;

	return what && level_covers(level_at(topic, 1), "things") &&
	    level_covers(level_at(topic, 3), what);
}

bool acl_is_request(const char *topic)
{
	struct topic t;

	return topic_parse(&t, topic) && t.kind != TOPIC_NONE;
}

bool acl_is_tolerated(const struct identity *who, const char *topic)
{
	size_t len = strlen(who->thing);
	struct topic t;

	if (who->role == ROLE_PROBE)
		return false;
	if (strncmp(topic, "$aws/rules/", 11) == 0)
		return true;
	if (strncmp(topic, "$aws/things/", 12) != 0 || strncmp(topic + 12, who->thing, len) != 0 ||
	    topic[12 + len] != '/')
		return false;
	topic_parse(&t, topic);
	return !topic_is_rotation(t.kind);
}

bool acl_is_discarded(const struct identity *who, const char *topic)
{
	return acl_is_tolerated(who, topic) && !acl_is_request(topic);
}

/* What a policy has no say in. */
static const char *closed_write(const struct identity *who, const char *topic)
{
	struct topic t;

	if (who->expired && !acl_is_request(topic))
		return "the certificate has expired: it may rotate and nothing else";
	if (topic[0] != '$' && !first_is(topic, "awslabs"))
		return NULL;
	topic_parse(&t, topic);
	if (t.kind == TOPIC_NONE)
		return "no request has this topic, and all else that begins with $ or awslabs/ is "
		       "closed";
	if (strcmp(t.thing, who->thing) != 0)
		return "this is a request of another thing";
	return who->role != ROLE_THING ? "this client id may not rotate its thing" : NULL;
}

const char *acl_write(const struct identity *who, const char *topic, bool retain, bool may_ask)
{
	bool ours = topic[0] == '$' || first_is(topic, "awslabs");
	const char *why = NULL;

	if (who->role == ROLE_PROBE)
		return "T#probe may connect and nothing else";
	if (is_internal(topic))
		return "the topic is between broker and backend";
	if (!acl_is_tolerated(who, topic))
		why = closed_write(who, topic);
	if (!why && ours && !may_ask)
		why = "a request counts from a live session alone";
	if (!why)
		why = identity_refusal(who, POLICY_PUBLISH, topic);
	/* Below $aws/ and awslabs/ RETAIN is cleared before anybody sees it. */
	return why || !retain || ours ? why : identity_refusal(who, POLICY_RETAIN_PUBLISH, topic);
}

/* What holds for subscribing and for receiving. */
static const char *closed_read(const struct identity *who, const char *topic)
{
	if (who->role == ROLE_PROBE)
		return "T#probe may connect and nothing else";
	if (is_internal(topic))
		return "the topic is between broker and backend";
	if (who->expired && !is_rotation(topic))
		return "the certificate has expired: it may rotate and nothing else";
	if (first_is(topic, "$CONTROL"))
		return "$CONTROL is closed";
	if (is_rotation(topic) && !level_is(level_at(topic, 2), who->thing))
		return "these are rotation topics of another thing";
	return is_rotation(topic) && who->role != ROLE_THING
	    ? "this client id may not rotate its thing"
	    : NULL;
}

const char *acl_subscribe(const struct identity *who, const char *filter)
{
	const char *why = first_is(filter, "$share") ? "$share is closed"
						     : closed_read(who, filter);

	return why ? why : identity_refusal(who, POLICY_SUBSCRIBE, filter);
}

const char *acl_read(const struct identity *who, const char *topic)
{
	const char *why = acl_is_request(topic) ? "requests are the backend's"
						: closed_read(who, topic);

	return why ? why : identity_refusal(who, POLICY_RECEIVE, topic);
}

bool acl_queue(const char *client, const char *topic)
{
	return identity_role(client) == ROLE_THING && !is_internal(topic) &&
	    !acl_is_request(topic);
}

bool acl_retained(const char *topic)
{
	return !is_internal(topic) && topic[0] != '$' && !first_is(topic, "awslabs");
}

bool acl_local_read(const char *topic)
{
	return !acl_is_request(topic) && strcmp(topic, ACL_NOWHERE) != 0;
}
