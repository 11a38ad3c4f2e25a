/* SPDX-License-Identifier: Apache-2.0 */
/* status_details.c - checks and copies statusDetails */
#include "jobs/status_details.h"
#include "printable.h"
#include "str.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = 10, VALUE_MAX = 1024 };

/* Counts the characters of UTF-8 text; a continuation byte, 10xxxxxx, begins no character. */
static size_t count_characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static const char *check_text(const char *text)
{
	if (text[0] == '\0')
		return "a value of statusDetails is empty";
	if (count_characters(text) > VALUE_MAX)
		return "a value of statusDetails is longer than 1024 characters";
	return printable_is_text(text)
	    ? NULL
	    : "a value of statusDetails holds a control, format or private use character";
}

/* Writes the shortest text that is read as the same number: 0.1, not 0.10000000000000001. */
static void spell_real(char text[static 64], double value)
{
	for (int digits = 15; digits <= 17; digits++)
		if (str_format(text, 64, "%.*g", digits, value) && strtod(text, NULL) == value)
			return;
}

static json_t *cleaned(const char *text)
{
	char *copy = strdup(text);
	json_t *value;

	if (!copy)
		return NULL;
	printable_clean(copy);
	value = json_string(copy);
	free(copy);
	return value;
}

/* Returns a value as a JSON string. NULL: an object, array or null, or out of memory. */
static json_t *spell(const json_t *value, enum status_details_rule rule)
{
	char text[64];

	if (json_is_string(value))
		return rule == STATUS_DETAILS_CLEANED ? cleaned(json_string_value(value))
						      : json_string(json_string_value(value));
	if (json_is_boolean(value))
		return json_string(json_is_true(value) ? "true" : "false");
	if (json_is_integer(value))
		str_format(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		spell_real(text, json_real_value(value));
	else
		return NULL;
	return json_string(text);
}

json_t *status_details_copy(const json_t *details, enum status_details_rule rule, const char **why)
{
	json_t *copy = json_object();
	const char *key;
	json_t *value;

	*why = !json_is_object(details)		    ? "statusDetails is not an object"
	    : json_object_size(details) > PAIRS_MAX ? "statusDetails has more than 10 pairs"
						    : NULL;
	json_object_foreach((json_t *)details, key, value) {
		json_t *text = *why ? NULL : spell(value, rule);

		if (*why)
			break;
		if (!str_is_name(key, 128, ":_-"))
			*why = "a key of statusDetails is not 1 to 128 of [a-zA-Z0-9:_-]";
		else if (!text)
			*why = "a value of statusDetails is neither string, number nor boolean";
		else
			*why = check_text(json_string_value(text));
		if (*why || json_object_set(copy, key, text) != 0)
			*why = *why ? *why : "out of memory";
		json_decref(text);
	}
	if (!*why)
		return copy;
	json_decref(copy);
	return NULL;
}
