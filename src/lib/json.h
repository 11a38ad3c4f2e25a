/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - jansson with the two habits that everything here needs: objects only, duplicates
 * refused.
 */
#ifndef GR_JSON_H
#define GR_JSON_H

#include <jansson.h>
#include <stddef.h>

/*
 * A JSON object from len bytes (none at all is {}); NULL: not one. Silent. Free with json_decref.
 */
json_t *json_object_parse(const char *text, size_t len);
/* The string member, or NULL where there is none or it is no string. Lives as long as object. */
const char *json_text(const json_t *object, const char *member);
/* The integer member, or other where there is none or it is no integer. */
json_int_t json_number(const json_t *object, const char *member, json_int_t other);
/* Takes members out that are null: to AWS IoT, and so to us, they are absent. */
void json_drop_null(json_t *object);
/* Compact text; free it. NULL: out of memory. */
char *json_compact(const json_t *value);

#endif
