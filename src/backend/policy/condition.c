/* SPDX-License-Identifier: Apache-2.0 */
/* condition.c - conditions of policy statements */
#include "policy/condition.h"
#include "policy/pattern.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum kind { KIND_EXACT, KIND_LIKE, KIND_BOOL, KIND_NETWORK };

struct operator {
	const char *name;
	enum kind kind;
	bool negated;
};

static const struct operator operators[] = {
	{ "StringEquals",    KIND_EXACT,   false },
	{ "StringNotEquals", KIND_EXACT,   true },
	{ "StringLike",      KIND_LIKE,    false },
	{ "StringNotLike",   KIND_LIKE,    true },
	{ "ArnEquals",       KIND_LIKE,    false },
	{ "ArnNotEquals",    KIND_LIKE,    true },
	{ "ArnLike",         KIND_LIKE,    false },
	{ "ArnNotLike",      KIND_LIKE,    true },
	{ "Bool",            KIND_BOOL,    false },
	{ "IpAddress",       KIND_NETWORK, false },
	{ "NotIpAddress",    KIND_NETWORK, true },
};

enum quantifier { ONE_VALUE, ALL_VALUES, ANY_VALUE };

struct network {
	int family;
	unsigned bits;
	unsigned char address[16];
};

union value {
	struct pattern *pattern;
	struct network network;
};

struct condition {
	struct condition *next;
	const struct operator *op;
	enum quantifier quantifier;
	enum variable key;
	size_t count;
	union value value[];
};

/* Reads "10.0.0.0/8", "2001:db8::/32", or an address alone. False: text is none of these. */
static bool network_parse(struct network *net, const char *text)
{
	char address[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	unsigned max;

	if (len >= sizeof address)
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	*net = (struct network){ .family = strchr(address, ':') ? AF_INET6 : AF_INET };
	if (inet_pton(net->family, address, net->address) != 1)
		return false;
	max = net->family == AF_INET ? 32 : 128;
	net->bits = max;
	if (text[len] == '/') {
		const char *digits = text + len + 1;

		if (strlen(digits) == 0 || strlen(digits) > 3 ||
		    strspn(digits, "0123456789") != strlen(digits))
			return false;
		net->bits = (unsigned)strtoul(digits, NULL, 10);
	}
	return net->bits <= max;
}

/* Is the address text in net? An IPv4-mapped IPv6 address (::ffff:10.1.2.3) counts as IPv4. */
static bool network_has(const struct network *net, const char *text)
{
	struct network one;
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (strncasecmp(text, "::ffff:", 7) == 0 && strchr(text, '.'))
		text += 7;
	if (!network_parse(&one, text) || one.family != net->family ||
	    memcmp(one.address, net->address, whole) != 0)
		return false;
	return rest == 0 || (one.address[whole] ^ net->address[whole]) >> (8 - rest) == 0;
}

static const struct operator *operator_find(enum quantifier *quantifier, const char *name)
{
	*quantifier = ONE_VALUE;
	if (strncmp(name, "ForAllValues:", 13) == 0) {
		*quantifier = ALL_VALUES;
		name += 13;
	} else if (strncmp(name, "ForAnyValue:", 12) == 0) {
		*quantifier = ANY_VALUE;
		name += 12;
	}
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (strcmp(operators[i].name, name) == 0)
			return &operators[i];
	return NULL;
}

static bool value_parse(union value *value, const char **why, const struct operator* op,
			const json_t *json)
{
	const char *text = json_string_value(json);

	if (op->kind == KIND_BOOL && json_is_boolean(json))
		text = json_is_true(json) ? "true" : "false";
	if (!text) {
		*why = "a condition value that is no text";
		return false;
	}
	if (op->kind == KIND_BOOL) {
		if (strcasecmp(text, "true") != 0 && strcasecmp(text, "false") != 0) {
			*why = "a Bool condition with another value than true or false";
			return false;
		}
		text = strcasecmp(text, "true") == 0 ? "true" : "false";
	}
	if (op->kind == KIND_NETWORK) {
		*why = "an IpAddress condition whose value is no address or network";
		return network_parse(&value->network, text);
	}
	value->pattern = pattern_compile(why, text,
					 op->kind == KIND_LIKE ? PATTERN_WILD : PATTERN_EXACT);
	return value->pattern != NULL;
}

/* Adds the condition of one operator and one key to the list. */
static bool key_parse(struct condition **list, const char **why, const char *operator,
		      const char * key, const json_t *values)
{
	size_t count = json_is_array(values) ? json_array_size(values) : 1;
	struct condition *c = calloc(1, sizeof *c + count * sizeof c->value[0]);

	if (!c || count == 0) {
		*why = c ? "a condition key without a value" : "out of memory";
		free(c);
		return false;
	}
	c->next = *list;
	*list = c;
	c->op = operator_find(&c->quantifier, operator);
	c->key = variable_find(key, strlen(key));
	if (!c->op || c->key == VARIABLE_COUNT) {
		*why = c->op ? "a condition key that this broker does not know"
			     : "a condition operator that this broker does not know";
		return false;
	}
	for (size_t i = 0; i < count; i++, c->count++)
		if (!value_parse(&c->value[i], why, c->op,
				 json_is_array(values) ? json_array_get(values, i) : values))
			return false;
	return true;
}

static bool parse(struct condition **list, const char **why, const json_t *object)
{
	const char *operator, *key;
	const json_t *keys, *values;

	if (!json_is_object(object)) {
		*why = "a Condition that is no object";
		return false;
	}
	json_object_foreach((json_t *)object, operator, keys) {
		if (!json_is_object(keys)) {
			*why = "a condition operator without its keys";
			return false;
		}
		json_object_foreach((json_t *)keys, key, values)
			if (!key_parse(list, why, operator, key, values))
				return false;
	}
	return true;
}

bool condition_parse(struct condition **list, const char **why, const json_t *object)
{
	*list = NULL;
	if (parse(list, why, object))
		return true;
	condition_free(*list);
	*list = NULL;
	return false;
}

void condition_free(struct condition *list)
{
	while (list) {
		struct condition *next = list->next;

		for (size_t i = 0; i < list->count; i++)
			if (list->op->kind != KIND_NETWORK)
				pattern_free(list->value[i].pattern);
		free(list);
		list = next;
	}
}

static bool holds(const struct condition *c, const struct policy_who *who)
{
	const char *have = variable_value(who, c->key);
	bool matched = false;

	if (!have)
		return c->quantifier == ALL_VALUES ||
		    (c->op->negated && c->quantifier == ONE_VALUE);
	for (size_t i = 0; i < c->count; i++) {
		enum pattern_answer answer;

		if (c->op->kind == KIND_NETWORK)
			answer = network_has(&c->value[i].network, have) ? PATTERN_YES
									 : PATTERN_NO;
		else
			answer = pattern_match(c->value[i].pattern, have, who);
		if (answer == PATTERN_ABSENT)
			return false;
		matched |= answer == PATTERN_YES;
	}
	return matched != c->op->negated;
}

bool condition_holds(const struct condition *list, const struct policy_who *who)
{
	for (; list; list = list->next)
		if (!holds(list, who))
			return false;
	return true;
}
