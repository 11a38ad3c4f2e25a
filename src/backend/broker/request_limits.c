/* SPDX-License-Identifier: Apache-2.0 */
/* request_limits.c - how many requests one thing may send */
#include "broker/request_limits.h"
#include "broker/mosquitto_api.h"
#include "broker/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool request_limits_open(struct request_limits *limits, uint32_t rate)
{
	*limits = (struct request_limits){ 0 };
	if (rate == 0)
		return true;
	limits->requests = token_buckets_new(rate, rate * REQUEST_LIMITS_BURST);
	limits->connects = token_buckets_new(rate, rate * REQUEST_LIMITS_BURST);
	return limits->requests && limits->connects;
}

void request_limits_close(struct request_limits *limits)
{
	token_buckets_free(limits->requests);
	token_buckets_free(limits->connects);
}

static uint32_t cost_of(const char *topic, size_t size)
{
	struct topic t;
	bool create = topic_parse(&t, topic) && t.kind == TOPIC_CREATE;

	return (create ? REQUEST_LIMITS_CREATE : 1) + (uint32_t)(size / REQUEST_LIMITS_BYTES);
}

bool request_limits_request(struct request_limits *limits, const struct identity *who,
			    const char *topic, size_t size, int64_t now)
{
	if (!limits->requests)
		return true;
	if (token_buckets_take(limits->requests, who->thing, cost_of(topic, size), now))
		return true;
	limits->over_rate++;
	return false;
}

bool request_limits_connect(struct request_limits *limits, const struct identity *who, int64_t now)
{
	if (!limits->connects)
		return true;
	if (token_buckets_take(limits->connects, who->thing, REQUEST_LIMITS_CONNECT, now))
		return true;
	limits->over_connects++;
	return false;
}

void request_limits_report(struct request_limits *limits, int64_t now)
{
	char text[128];

	if (now < limits->report_at)
		return;
	if (limits->over_rate + limits->over_backlog + limits->over_connects == 0)
		return;
	limits->report_at = now + REQUEST_LIMITS_REPORT_MS;
	snprintf(text, sizeof text,
		 "{\"requests\":%" PRIu64 ",\"waiting\":%" PRIu64 ",\"connections\":%" PRIu64 "}",
		 limits->over_rate, limits->over_backlog, limits->over_connects);
	/* If it fails, the next report counts these as well. */
	if (publish_copy(NULL, "in/gr/dropped", strlen(text), text, 0, false) == MOSQ_ERR_SUCCESS)
		limits->over_rate = limits->over_backlog = limits->over_connects = 0;
}
