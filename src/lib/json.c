/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - jansson, narrowed */
#include "json.h"

json_t *json_object_parse(const char *text, size_t len)
{
	json_error_t error;
	json_t *value;

	if (len == 0)
		return json_object();
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (value && !json_is_object(value)) {
		json_decref(value);
		return NULL;
	}
	return value;
}

const char *json_text(const json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

json_int_t json_number(const json_t *object, const char *member, json_int_t other)
{
	const json_t *value = json_object_get(object, member);

	return json_is_integer(value) ? json_integer_value(value) : other;
}

void json_drop_null(json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value)
		if (json_is_null(value))
			json_object_del(object, key);
}

char *json_compact(const json_t *value)
{
	return json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER);
}
