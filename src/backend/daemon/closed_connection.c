/* SPDX-License-Identifier: Apache-2.0 */
/* closed_connection.c - connections that the broker closed because of what was published */
#include "daemon/closed_connection.h"
#include "clock.h"
#include "json.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/total.h"
#include "str.h"

struct closing {
	const struct certificate *certificate;
	const char *client, *topic, *rule;
	bool often;
};

static enum status raise_alarm(struct db *db, const struct closing *c, int64_t now)
{
	const struct certificate *cert = c->certificate;
	char text[640];
	enum status st = alarm_repeat(db, "thrown-out", cert->thing, cert->id, now);

	if (st != GR_NO || !c->often)
		return st == GR_NO ? GR_OK : st;
	str_format(text, sizeof text,
		   "client %s is disconnected again and again, now for publishing on %s: %s",
		   c->client, c->topic, c->rule);
	return alarm_raise(db, "thrown-out", cert->thing, cert->id, text, now);
}

static enum status note(struct db *db, const struct closing *c, int64_t now)
{
	enum status st = total_add(db, "closings", c->rule, 1);

	return st == GR_OK ? raise_alarm(db, c, now) : st;
}

enum status closed_connection_note(struct db *db, struct window_counter *counter,
				   const char *certificate, const char *client,
				   const struct message *m, int64_t now)
{
	json_t *body = json_object_parse(m->payload, m->len);
	struct closing c = { .client = client,
			     .topic = json_text(body, "topic"),
			     .rule = json_text(body, "reason") };
	struct certificate cert;
	enum status st = certificate_get(&cert, db, certificate);

	if (st == GR_OK && c.topic && c.rule) {
		c.certificate = &cert;
		c.often = window_counter_add(counter, cert.id, clock_boot_ms()) >
		    CLOSED_CONNECTION_FEW;
		st = note(db, &c, now);
	}
	json_decref(body);
	return st == GR_NO ? GR_OK : st;
}
