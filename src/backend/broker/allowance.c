/* SPDX-License-Identifier: Apache-2.0 */
/* allowance.c - how much one thing may ask for */
#include "broker/allowance.h"
#include "broker/api.h"
#include "broker/copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool allowance_open(struct allowance *a, uint32_t rate)
{
	*a = (struct allowance){ 0 };
	if (rate == 0)
		return true;
	a->requests = buckets_new(rate, rate * ALLOWANCE_BURST);
	a->connects = buckets_new(rate, rate * ALLOWANCE_BURST);
	return a->requests && a->connects;
}

void allowance_close(struct allowance *a)
{
	buckets_free(a->requests);
	buckets_free(a->connects);
}

static uint32_t cost_of(const char *topic, size_t size)
{
	struct topic t;
	bool create = topic_parse(&t, topic) && t.kind == TOPIC_CREATE;

	return (create ? ALLOWANCE_CREATE : 1) + (uint32_t)(size / ALLOWANCE_BYTES);
}

bool allowance_request(struct allowance *a, const struct identity *who, const char *topic,
		       size_t size, int64_t now)
{
	if (!a->requests || buckets_take(a->requests, who->thing, cost_of(topic, size), now))
		return true;
	a->dropped++;
	return false;
}

bool allowance_connect(struct allowance *a, const struct identity *who, int64_t now)
{
	if (!a->connects || buckets_take(a->connects, who->thing, ALLOWANCE_CONNECT, now))
		return true;
	a->turned_away++;
	return false;
}

void allowance_tell(struct allowance *a, int64_t now)
{
	char text[128];

	if (now < a->tell_at || a->dropped + a->unheard + a->turned_away == 0)
		return;
	a->tell_at = now + ALLOWANCE_TELL_MS;
	snprintf(text, sizeof text,
		 "{\"requests\":%" PRIu64 ",\"waiting\":%" PRIu64 ",\"connections\":%" PRIu64 "}",
		 a->dropped, a->unheard, a->turned_away);
	/* Should it fail, the next one says it all. */
	if (copy_publish(NULL, "in/gr/dropped", strlen(text), text, 0, false) == MOSQ_ERR_SUCCESS)
		a->dropped = a->unheard = a->turned_away = 0;
}
