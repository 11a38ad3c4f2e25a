/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - jansson as all programs here use it: objects only, duplicate members refused. */
#ifndef GR_JSON_H
#define GR_JSON_H

#include <jansson.h>
#include <stddef.h>

/*
 * Parses a JSON object from len bytes; no bytes at all are {}. Silent; json_decref it. NULL: it is
 * no object.
 */
json_t *json_object_parse(const char *text, size_t len);
/*
 * Returns the string member, or NULL where there is none or it is no string. Lives as long as
 * object.
 */
const char *json_text(const json_t *object, const char *member);
/* Returns the integer member, or other where there is none or it is no integer. */
json_int_t json_number(const json_t *object, const char *member, json_int_t other);
/* Removes members that are null: AWS IoT takes them as absent, and so do we. */
void json_drop_null(json_t *object);
/* Formats value as compact text; free it. NULL: out of memory. */
char *json_compact(const json_t *value);

#endif
