/* SPDX-License-Identifier: Apache-2.0 */
/* presence.c - presence events */
#include "broker/presence.h"
#include "base/uuid.h"
#include "broker/mosquitto_api.h"
#include "broker/publish.h"
#include "clock.h"
#include "json.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { TOPIC_SIZE = 320 };

void presence_mark(struct presence *p, int64_t *last)
{
	int64_t now = clock_real_ms();

	*last = now > *last ? now : *last + 1;
	p->version = *last;
	uuid_random(p->identifier);
}

/* Takes over payload. A client id with + or # cannot stand in a topic: it has no events. */
static void publish(const char *what, const char *client, json_t *payload)
{
	char topic[TOPIC_SIZE], *text = payload ? json_compact(payload) : NULL;

	if (!text || strpbrk(client, "+#") ||
	    !str_format(topic, sizeof topic, "$aws/events/presence/%s/%s", what, client) ||
	    publish_copy(NULL, topic, strlen(text), text, 1, false) != MOSQ_ERR_SUCCESS)
		mosquitto_log_printf(MOSQ_LOG_DEBUG, "gr-broker: %s: no presence event", client);
	free(text);
	json_decref(payload);
}

static json_t *session_event(const struct session *s, const char *what)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:I}", "clientId", s->who.client,
			 "thingName", s->who.thing, "timestamp", (json_int_t)clock_real_ms(),
			 "eventType", what, "sessionIdentifier", s->presence.identifier,
			 "principalIdentifier", s->who.certificate, "versionNumber",
			 (json_int_t)s->presence.version);
}

static bool is_thing(const struct session *s)
{
	return strcmp(s->who.client, s->who.thing) == 0;
}

void presence_connected(const struct session *s)
{
	json_t *event;

	if (!is_thing(s) || !(event = session_event(s, "connected")))
		return;
	json_object_set_new(event, "ipAddress", json_string(s->who.address));
	publish("connected", s->who.client, event);
}

void presence_disconnected(const struct session *s)
{
	if (is_thing(s))
		publish("disconnected", s->who.client, session_event(s, "disconnected"));
}

void presence_refused(const char *certificate, const char *client)
{
	publish("connect_failed", client,
		json_pack("{s:s, s:I, s:s, s:s, s:s}", "clientId", client, "timestamp",
			  (json_int_t)clock_real_ms(), "eventType", "connect_failed",
			  "principalIdentifier", certificate, "connectFailureReason",
			  "AUTHORIZATION_FAILED"));
}
