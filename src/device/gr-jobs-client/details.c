/* SPDX-License-Identifier: Apache-2.0 */
/* details.c - statusDetails from arguments */
#include "gr-jobs-client/details.h"
#include "complain.h"
#include "printable.h"
#include "str.h"

#include <string.h>

enum { DETAILS_MAX = 10, KEY_MAX = 128, VALUE_MAX = 1024, REASON_MAX = 1000 };

static json_t *make_reason(const char *text)
{
	char reason[REASON_MAX + 1];
	size_t n = 0;

	for (; n < REASON_MAX && text[n] != '\0'; n++)
		reason[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	reason[n] = '\0';
	return json_string(n > 0 ? reason : "no reason given");
}

/* NULL: the service would refuse it. */
static json_t *make_value(const char *key, const char *text)
{
	size_t n = strlen(text);

	if (strcmp(key, "CertificateRotator") == 0 && strcmp(text, "true") == 0)
		return json_true();
	if (strcmp(key, "DeviceFailureReason") == 0)
		return make_reason(text);
	return n > 0 && n <= VALUE_MAX && printable_is_text(text) ? json_string(text) : NULL;
}

enum status details_add(json_t **details, const char *pair)
{
	size_t len = strcspn(pair, "=");
	char key[KEY_MAX + 1];
	json_t *value = NULL;

	if (pair[len] == '=' && str_format(key, sizeof key, "%.*s", (int)len, pair) &&
	    str_is_name(key, KEY_MAX, ":_-"))
		value = make_value(key, pair + len + 1);
	if (!value) {
		complain("-d: %s: not a key=value that the service takes", pair);
		return GR_BAD;
	}
	if (!*details)
		*details = json_object();
	if (json_object_set_new(*details, key, value) != 0 ||
	    json_object_size(*details) > DETAILS_MAX) {
		complain("-d: %s: one pair too many", pair);
		return GR_BAD;
	}
	return GR_OK;
}
