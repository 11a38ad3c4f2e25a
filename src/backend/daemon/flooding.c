/* SPDX-License-Identifier: Apache-2.0 */
/* flooding.c - things that ask for more than they may: what was dropped, here or by the broker */
#include "clock.h"
#include "daemon/daemon.h"
#include "json.h"
#include "registry/alarm.h"
#include "registry/certificate.h"

enum status flooding_note(struct daemon *d, const char *certificate, int64_t now)
{
	struct certificate c;
	enum status st = certificate_get(&c, d->db, certificate);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	return alarm_raise(d->db, "flooding", c.thing, c.id,
			   "it asks for more than a thing may: what is too much gets no answer",
			   now);
}

static enum status count(struct db *db, const char *what, int64_t more)
{
	if (more <= 0)
		return GR_OK;
	return db_run(db,
		      "INSERT INTO total VALUES ('dropped', ?1, ?2) ON CONFLICT DO UPDATE SET "
		      "count = count + ?2",
		      "si", what, more);
}

enum status flooding_count(struct daemon *d, const struct message *m)
{
	json_t *body = json_object_parse(m->payload, m->len);
	enum status st = count(d->db, "rate",
			       json_integer_value(json_object_get(body, "requests")));

	if (st == GR_OK)
		st = count(d->db, "backlog", json_integer_value(json_object_get(body, "waiting")));
	if (st == GR_OK)
		st = count(d->db, "connect",
			   json_integer_value(json_object_get(body, "connections")));
	json_decref(body);
	return st;
}

enum status flooding_count_own(struct daemon *d, const struct fair_queue *f)
{
	if (f->dropped == 0)
		return GR_OK;
	if (flooding_note(d, f->loudest, clock_real_ms()) != GR_OK)
		return GR_FAIL;
	return count(d->db, "turn", (int64_t)f->dropped);
}
