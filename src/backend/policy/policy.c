/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c - IoT policy documents */
#include "policy/policy.h"
#include "json.h"
#include "policy/condition.h"
#include "policy/pattern.h"
#include "str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Names are in lower case, because actions are compared without regard to case. */
static const struct {
	const char *name, *kind;
} actions[POLICY_ACTION_COUNT] = {
	[POLICY_CONNECT]        = { "iot:connect",       "client/" },
	[POLICY_PUBLISH]        = { "iot:publish",       "topic/" },
	[POLICY_RETAIN_PUBLISH] = { "iot:retainpublish", "topic/" },
	[POLICY_SUBSCRIBE]      = { "iot:subscribe",     "topicfilter/" },
	[POLICY_RECEIVE]        = { "iot:receive",       "topic/" },
};
enum { KIND_MAX = sizeof "topicfilter/", ACTION_MAX = 128 };

struct statement {
	bool deny;
	const char *problem;		/* why the broker does not understand it; NULL: it does */
	unsigned actions;		/* bit n is set: applies to enum policy_action n */
	struct pattern **resources;
	size_t count;
	struct condition *conditions;
};

struct policy {
	unsigned holders;
	const char *problem;		/* why the whole document cannot be read; NULL: it can */
	struct statement *statements;
	size_t count;
};

/* Returns the number of values of a member, which may be one value or an array of values. */
static size_t list_size(const json_t *list)
{
	return json_is_array(list) ? json_array_size(list) : list != NULL;
}

static const char *list_text(const json_t *list, size_t i)
{
	return json_string_value(json_is_array(list) ? json_array_get(list, i) : list);
}

/* Compiles an Action, in lower case: a Deny must also match where it is written in capitals. */
static struct pattern *action_pattern(const char *text)
{
	char lower[ACTION_MAX];
	const char *why;

	if (!text || strpbrk(text, "${}") || !str_copy(lower, sizeof lower, text))
		return NULL;
	if (strcmp(text, "*") != 0 && !strchr(text, ':'))
		return NULL;
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return pattern_compile(&why, lower, PATTERN_WILD);
}

static const char *actions_parse(struct statement *s, const json_t *list)
{
	const struct policy_who nobody = { 0 };

	if (list_size(list) == 0)
		return "a statement without Action";
	for (size_t i = 0; i < list_size(list); i++) {
		struct pattern *pattern = action_pattern(list_text(list, i));

		if (!pattern)
			return "an Action that is no action's name";
		for (unsigned a = 0; a < POLICY_ACTION_COUNT; a++)
			if (pattern_match(pattern, actions[a].name, &nobody) == PATTERN_YES)
				s->actions |= 1u << a;
		pattern_free(pattern);
	}
	return NULL;
}

/*
 * Returns the part of arn:PARTITION:iot:REGION:ACCOUNT:KIND/NAME after the fifth colon, or "*" for
 * "*". NULL: neither of these.
 */
static const char *resource_name(const char *arn)
{
	const char *service = NULL;

	if (strcmp(arn, "*") == 0)
		return arn;
	if (strncmp(arn, "arn:", 4) != 0)
		return NULL;
	for (int colon = 0; colon < 5; colon++) {
		arn = strchr(arn, ':');
		if (!arn)
			return NULL;
		arn++;
		if (colon == 1)
			service = arn;
	}
	return strncmp(service, "iot:", 4) == 0 || strncmp(service, "*:", 2) == 0 ? arn : NULL;
}

static const char *resources_parse(struct statement *s, const json_t *list)
{
	const char *why = NULL;

	if (list_size(list) == 0)
		return "a statement without Resource";
	s->resources = calloc(list_size(list), sizeof *s->resources);
	if (!s->resources)
		return "out of memory";
	for (size_t i = 0; i < list_size(list); i++, s->count++) {
		const char *text = list_text(list, i), *name = text ? resource_name(text) : NULL;

		if (!name)
			return "a Resource that is neither * nor "
			       "arn:aws:iot:REGION:ACCOUNT:KIND/NAME";
		s->resources[i] = pattern_compile(&why, name, PATTERN_WILD);
		if (!s->resources[i])
			return why;
	}
	return NULL;
}

static const char *members_check(const json_t *object, const char *const *known,
				 const char *problem)
{
	const char *key;
	const json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			return problem;
	}
	return NULL;
}

static const char *statement_parse(struct statement *s, const json_t *json)
{
	static const char *const known[] = { "Sid",	 "Effect",    "Action",
					     "Resource", "Condition", NULL };
	const char *effect = json_text(json, "Effect"), *problem, *why = NULL;
	const json_t *condition = json_object_get(json, "Condition");

	s->deny = !effect || strcmp(effect, "Allow") != 0;
	problem = actions_parse(s, json_object_get(json, "Action"));
	if (problem) {
		s->actions = ~0u;
		return problem;
	}
	if (!effect || (s->deny && strcmp(effect, "Deny") != 0))
		return "an Effect that is neither Allow nor Deny";
	if ((problem = members_check(json, known,
				     "a statement member that this broker does not know")) ||
	    (problem = resources_parse(s, json_object_get(json, "Resource"))))
		return problem;
	return condition && !condition_parse(&s->conditions, &why, condition) ? why : NULL;
}

static const char *document_parse(struct policy *p, const json_t *json)
{
	static const char *const known[] = { "Version", "Id", "Statement", NULL };
	const json_t *list = json_object_get(json, "Statement");
	const char *version = json_text(json, "Version"), *problem;

	if (list_size(list) == 0)
		return "no Statement";
	p->statements = calloc(list_size(list), sizeof *p->statements);
	if (!p->statements)
		return "out of memory";
	p->count = list_size(list);
	problem = members_check(json, known, "a member beside Version, Id and Statement");
	if (!version || strcmp(version, "2012-10-17") != 0)
		problem = "no Version \"2012-10-17\"";
	for (size_t i = 0; i < p->count; i++) {
		struct statement *s = &p->statements[i];

		s->problem = statement_parse(s,
					     json_is_array(list) ? json_array_get(list, i) : list);
		if (problem)
			s->problem = problem;
	}
	return NULL;
}

struct policy *policy_parse(const char *document)
{
	struct policy *p = calloc(1, sizeof *p);
	json_t *json;

	if (!p)
		return NULL;
	p->holders = 1;
	json = json_object_parse(document, strlen(document));
	p->problem = json ? document_parse(p, json) : "not a JSON object";
	json_decref(json);
	return p;
}

struct policy *policy_keep(struct policy *policy)
{
	policy->holders++;
	return policy;
}

void policy_release(struct policy *policy)
{
	if (!policy || --policy->holders > 0)
		return;
	for (size_t i = 0; i < policy->count; i++) {
		struct statement *s = &policy->statements[i];

		for (size_t r = 0; r < s->count; r++)
			pattern_free(s->resources[r]);
		free(s->resources);
		condition_free(s->conditions);
	}
	free(policy->statements);
	free(policy);
}

static bool statement_matches(const struct statement *s, enum policy_action action,
			      const char *resource, const struct policy_who *who)
{
	bool found = false;

	if (!(s->actions & 1u << action))
		return false;
	if (s->problem)
		return s->deny;
	for (size_t i = 0; i < s->count && !found; i++)
		found = pattern_match(s->resources[i], resource, who) == PATTERN_YES;
	return found && condition_holds(s->conditions, who);
}

enum policy_verdict policy_decide(struct policy *const policies[], size_t count,
				  enum policy_action action, const char *name,
				  const struct policy_who *who)
{
	char resource[KIND_MAX + POLICY_NAME_MAX];
	size_t kind = strlen(actions[action].kind), len = strlen(name);
	bool allowed = false;

	if (len > POLICY_NAME_MAX)
		return POLICY_NOT_ALLOWED;
	memcpy(resource, actions[action].kind, kind);
	memcpy(resource + kind, name, len + 1);
	for (size_t i = 0; i < count; i++) {
		if (policies[i]->problem)
			return POLICY_DENIED;
		for (size_t n = 0; n < policies[i]->count; n++) {
			const struct statement *s = &policies[i]->statements[n];

			if ((s->deny || !allowed) && statement_matches(s, action, resource, who)) {
				if (s->deny)
					return POLICY_DENIED;
				allowed = true;
			}
		}
	}
	return allowed ? POLICY_ALLOWED : POLICY_NOT_ALLOWED;
}

static size_t weight(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += !strchr(" \t\r\n", *text);
	return n;
}

const char *policy_problem(const char *document)
{
	struct policy *p;
	const char *problem;

	if (weight(document) > POLICY_MAX)
		return "longer than 2048 characters";
	p = policy_parse(document);
	if (!p)
		return "out of memory";
	problem = p->problem;
	for (size_t i = 0; i < p->count && !problem; i++)
		problem = p->statements[i].problem;
	policy_release(p);
	return problem;
}
