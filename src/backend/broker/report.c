/* SPDX-License-Identifier: Apache-2.0 */
/* report.c - what the backend hears of sessions */
#include "broker/report.h"
#include "broker/api.h"
#include "broker/copy.h"
#include "json.h"
#include "printable.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

/*
 * All of one certificate is in one set, which it may fill by half: so it silences nobody else by
 * itself. A full set keeps quiet about one more: what matters is the bound.
 */
enum { SETS = 256, WAYS = 16, SHARE = 8 };

struct refusals {
	struct refusal {
		uint64_t owner, key;
		int64_t at;
	} set[SETS][WAYS];
};

struct refusals *refusals_new(void)
{
	struct refusals *r = calloc(1, sizeof *r);

	for (size_t i = 0; r && i < SETS * WAYS; i++)
		r->set[i / WAYS][i % WAYS].at = -REPORT_QUIET_MS;
	return r;
}

void refusals_free(struct refusals *refusals)
{
	free(refusals);
}

bool report_topic(char to[static REPORT_TOPIC_MAX], const char *certificate, const char *client,
		  const char *tail)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];

	if (strlen(client) > TOPIC_CLIENT_MAX)
		return false;
	str_hex(hex, client, strlen(client));
	return str_format(to, REPORT_TOPIC_MAX, "in/%s/%s/%s", certificate, hex, tail);
}

/*
 * At QoS 0, so that no report is ever kept for a daemon that is away, or comes out of the file of
 * a broker that was killed: an old one would say what is no longer true.
 */
static void publish(const char *certificate, const char *client, const char *tail,
		    const char *payload)
{
	char topic[REPORT_TOPIC_MAX];

	if (!report_topic(topic, certificate, client, tail) ||
	    copy_publish(NULL, topic, strlen(payload), payload, 0, false) != MOSQ_ERR_SUCCESS)
		mosquitto_log_printf(MOSQ_LOG_ERR, "gr-broker: %s: could not be reported: %s",
				     client, tail);
}

void report_all(void)
{
	if (copy_publish(NULL, "in/gr/sessions", 0, "", 0, false) != MOSQ_ERR_SUCCESS)
		mosquitto_log_printf(
		    MOSQ_LOG_ERR,
		    "gr-broker: the live sessions could not be reported: out of memory");
}

void report_connected(const struct identity *who, bool again)
{
	char payload[128];

	/* An address as inet_ntop writes it needs no escapes. */
	str_format(payload, sizeof payload, "{\"ipAddress\":\"%s\"%s%s}", who->address,
		   who->expired ? ",\"expired\":true" : "", again ? ",\"again\":true" : "");
	publish(who->certificate, who->client, "gr/connected", payload);
}

void report_disconnected(const struct identity *who)
{
	publish(who->certificate, who->client, "gr/disconnected", "{}");
}

void report_thrown_out(const struct identity *who, const char *topic, const char *reason)
{
	char printable[REPORT_PRINTABLE_MAX], *text;
	json_t *payload;

	printable_ascii(printable, sizeof printable, topic);
	payload = json_pack("{s:s, s:s}", "topic", printable, "reason", reason);
	text = payload ? json_compact(payload) : NULL;
	if (text)
		publish(who->certificate, who->client, "gr/thrown-out", text);
	free(text);
	json_decref(payload);
}

static uint64_t hash(uint64_t start, const char *text)
{
	for (; *text; text++)
		start = (start ^ (unsigned char)*text) * 1099511628211u;
	return start;
}

bool refusals_admit(struct refusals *refusals, int64_t now, const char *certificate,
		    const char *client, const char *what, const char *topic)
{
	uint64_t owner = hash(14695981039346656037u, certificate),
		 key = hash(hash(hash(owner, client) + 1, what), topic);
	struct refusal *set = refusals->set[owner % SETS], *free_way = NULL;
	unsigned owned = 0;

	for (size_t i = 0; i < WAYS; i++) {
		bool fresh = now - set[i].at < REPORT_QUIET_MS;

		if (fresh && set[i].key == key)
			return false;
		if (!fresh)
			free_way = &set[i];
		owned += fresh && set[i].owner == owner;
	}
	if (!free_way || owned >= SHARE)
		return false;
	*free_way = (struct refusal){ owner, key, now };
	return true;
}

bool report_refused(struct refusals *refusals, int64_t now, const char *certificate,
		    const char *client, const char *reason)
{
	char name[TOPIC_CLIENT_MAX + 1], payload[256];

	str_format(payload, sizeof payload, "{\"certificateId\":\"%s\",\"reason\":\"%s\"}",
		   certificate, reason);
	strncpy(name, client, TOPIC_CLIENT_MAX);
	name[TOPIC_CLIENT_MAX] = '\0';
	if (!refusals_admit(refusals, now, certificate, name, "", ""))
		return false;
	publish(certificate, name, "gr/refused", payload);
	return true;
}

void report_flooding(struct refusals *refusals, int64_t now, const struct identity *who)
{
	if (refusals_admit(refusals, now, who->certificate, who->client, "flooding", ""))
		publish(who->certificate, who->client, "gr/flooding", "{}");
}
