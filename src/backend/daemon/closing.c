/* SPDX-License-Identifier: Apache-2.0 */
/* closing.c - connections that the broker closed because of what was published over them */
#include "clock.h"
#include "daemon/daemon.h"
#include "json.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "str.h"

static enum status note(struct daemon *d, const struct certificate *c, const char *client,
			const char *topic, const char *rule, int64_t now)
{
	bool often = throttle_count(d->closings, c->id, clock_boot_ms()) > CLOSINGS_FEW;
	char text[640];
	enum status st = db_run(d->db,
				"INSERT INTO total VALUES ('closings', ?, 1) ON CONFLICT DO "
				"UPDATE SET count = count + 1",
				"s", rule);

	if (st != GR_OK || (st = alarm_repeat(d->db, "thrown-out", c->thing, c->id, now)) != GR_NO)
		return st;
	if (!often)
		return GR_OK;
	str_format(text, sizeof text,
		   "client %s is disconnected again and again, now for publishing on %s: %s",
		   client, topic, rule);
	return alarm_raise(d->db, "thrown-out", c->thing, c->id, text, now);
}

enum status closing_note(struct daemon *d, const char *certificate, const char *client,
			 const struct message *m, int64_t now)
{
	json_t *body = json_object_parse(m->payload, m->len);
	const char *topic = json_text(body, "topic"), *rule = json_text(body, "reason");
	struct certificate c;
	enum status st = certificate_get(&c, d->db, certificate);

	if (st == GR_OK && topic && rule)
		st = note(d, &c, client, topic, rule, now);
	json_decref(body);
	return st == GR_NO ? GR_OK : st;
}
