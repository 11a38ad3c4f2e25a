/* SPDX-License-Identifier: Apache-2.0 */
/* flooding.c - things that send more requests than they may */
#include "daemon/flooding.h"
#include "clock.h"
#include "json.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/total.h"

static const char total_name[] = "dropped";

enum status flooding_alarm(struct db *db, const char *certificate, int64_t now)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, certificate);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	return alarm_raise(db, "flooding", c.thing, c.id,
			   "the thing sends more requests than it may: the rest gets no answer",
			   now);
}

enum status flooding_count(struct db *db, const struct message *m)
{
	static const struct { const char *member, *limit; } counts[] = {
		{ "requests", "rate" }, { "waiting", "backlog" }, { "connections", "connect" }
	};
	json_t *body = json_object_parse(m->payload, m->len);
	enum status st = GR_OK;

	for (size_t i = 0; i < sizeof counts / sizeof counts[0] && st == GR_OK; i++)
		st = total_add(db, total_name, counts[i].limit,
			       json_integer_value(json_object_get(body, counts[i].member)));
	json_decref(body);
	return st;
}

enum status flooding_count_own(struct db *db, const struct fair_queue *queue)
{
	enum status st;

	if (queue->dropped == 0)
		return GR_OK;
	st = flooding_alarm(db, queue->loudest, clock_real_ms());
	if (st != GR_OK)
		return st;
	return total_add(db, total_name, "turn", (int64_t)queue->dropped);
}
