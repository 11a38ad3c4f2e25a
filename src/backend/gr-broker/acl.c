/* acl.c - closed topics, then policies */
#include "gr-broker/acl.h"

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
	return first_is(topic, "in") || first_is(topic, "out");
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
	const char *what = first_is(topic, "$aws") ? "jobs" : first_is(topic, "awslabs") ? "certificate" : NULL;

	return what && level_covers(level_at(topic, 1), "things") && level_covers(level_at(topic, 3), what);
}

static bool closed_rotation(const struct identity *who, const char *topic)
{
	return is_rotation(topic) && (who->role != ROLE_THING || !level_is(level_at(topic, 2), who->thing));
}

bool acl_is_request(const char *topic)
{
	struct topic t;

	return topic_parse(&t, topic) && t.kind != TOPIC_NONE;
}

bool acl_write(const struct identity *who, const char *topic, bool retain, bool may_ask)
{
	struct topic t;

	if (who->role == ROLE_PROBE || is_internal(topic) || (who->expired && !acl_is_request(topic)))
		return false;
	if (topic[0] == '$' || first_is(topic, "awslabs")) {
		topic_parse(&t, topic);
		if (t.kind == TOPIC_NONE || strcmp(t.thing, who->thing) != 0 || who->role != ROLE_THING || !may_ask)
			return false;
		retain = false;	/* it is cleared before anybody sees it */
	}
	return identity_allows(who, POLICY_PUBLISH, topic) && (!retain || identity_allows(who, POLICY_RETAIN_PUBLISH, topic));
}

bool acl_subscribe(const struct identity *who, const char *filter)
{
	if (who->role == ROLE_PROBE || is_internal(filter) || (who->expired && !is_rotation(filter)) || first_is(filter, "$share") || first_is(filter, "$CONTROL"))
		return false;
	return !closed_rotation(who, filter) && identity_allows(who, POLICY_SUBSCRIBE, filter);
}

bool acl_read(const struct identity *who, const char *topic)
{
	if (who->role == ROLE_PROBE || is_internal(topic) || (who->expired && !is_rotation(topic)) || acl_is_request(topic) || first_is(topic, "$CONTROL"))
		return false;
	return !closed_rotation(who, topic) && identity_allows(who, POLICY_RECEIVE, topic);
}

bool acl_queue(const char *client, const char *topic)
{
	return identity_role(client) != ROLE_PROBE && !is_internal(topic) && !acl_is_request(topic);
}

bool acl_retained(const char *topic)
{
	return !is_internal(topic) && topic[0] != '$' && !first_is(topic, "awslabs");
}
