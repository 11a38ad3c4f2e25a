/* SPDX-License-Identifier: Apache-2.0 */
/* shadow.c - requests for device shadows, which we do not keep */
#include "rotation/shadow.h"
#include "str.h"

#include <string.h>

#define NAMED "/shadow/name/"

enum status shadow_reject(struct event *e, int code, const char *message)
{
	return event_reject(e, json_pack("{s:i, s:s}", "code", code, "message", message));
}

enum status shadow_absent(struct event *e)
{
	const char *named = strstr(e->topic, NAMED), *name = named ? named + strlen(NAMED) : "";
	char message[TOPIC_MAX + 64];

	/* AWS IoT's words. */
	str_format(message, sizeof message, "No shadow exists with name: '%s%s%.*s'",
		   e->request.thing, named ? "~" : "", (int)strcspn(name, "/"), name);
	return shadow_reject(e, 404, message);
}
