/* report.c - what the backend hears of sessions */
#include "gr-broker/report.h"
#include "str.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <stdlib.h>
#include <string.h>

enum { REFUSALS = 1024 };

/* Two that fall on one place share it: what matters is the bound. */
struct refusals {
	int64_t last[REFUSALS];
};

struct refusals *refusals_new(void)
{
	struct refusals *r = malloc(sizeof *r);

	for (size_t i = 0; r && i < REFUSALS; i++)
		r->last[i] = -REPORT_QUIET_MS;
	return r;
}

void refusals_free(struct refusals *refusals)
{
	free(refusals);
}

bool report_topic(char to[static REPORT_TOPIC_MAX], const char *certificate, const char *client, const char *tail)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];

	if (strlen(client) > TOPIC_CLIENT_MAX)
		return false;
	str_hex(hex, client, strlen(client));
	return str_format(to, REPORT_TOPIC_MAX, "in/%s/%s/%s", certificate, hex, tail);
}

static void publish(const char *certificate, const char *client, const char *tail, const char *payload)
{
	char topic[REPORT_TOPIC_MAX];

	if (!report_topic(topic, certificate, client, tail) ||
	    mosquitto_broker_publish_copy(NULL, topic, (int)strlen(payload), payload, 1, false, NULL) != MOSQ_ERR_SUCCESS)
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: %s: could not be reported: %s", client, tail);
}

void report_connected(const struct identity *who)
{
	char payload[128];

	/* An address as inet_ntop writes it needs no escapes. */
	str_format(payload, sizeof payload, "{\"ipAddress\":\"%s\"}", who->address);
	publish(who->certificate, who->client, "gr/connected", payload);
}

void report_disconnected(const struct identity *who)
{
	publish(who->certificate, who->client, "gr/disconnected", "{}");
}

static int64_t *last_of(struct refusals *refusals, const char *certificate, const char *client)
{
	uint32_t hash = 2166136261u;

	for (; *certificate; certificate++)
		hash = (hash ^ (unsigned char)*certificate) * 16777619u;
	for (; *client; client++)
		hash = (hash ^ (unsigned char)*client) * 16777619u;
	return &refusals->last[hash % REFUSALS];
}

bool report_refused(struct refusals *refusals, int64_t now, const char *certificate, const char *client, const char *reason)
{
	char name[TOPIC_CLIENT_MAX + 1], payload[256];
	int64_t *last;

	str_format(payload, sizeof payload, "{\"certificateId\":\"%s\",\"reason\":\"%s\"}", certificate, reason);
	strncpy(name, client, TOPIC_CLIENT_MAX);
	name[TOPIC_CLIENT_MAX] = '\0';
	last = last_of(refusals, certificate, name);
	if (now - *last < REPORT_QUIET_MS)
		return false;
	*last = now;
	publish(certificate, name, "gr/refused", payload);
	return true;
}
