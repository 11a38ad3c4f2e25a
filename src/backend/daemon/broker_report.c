/* SPDX-License-Identifier: Apache-2.0 */
/* broker_report.c - what the broker plugin itself reports */
#include "daemon/broker_report.h"
#include "daemon/closed_connection.h"
#include "daemon/flooding.h"
#include "daemon/last_issued.h"
#include "daemon/unregistered.h"
#include "json.h"
#include "registry/alarm.h"
#include "registry/certificate.h"
#include "registry/retired_certificate.h"
#include "registry/rotation.h"
#include "registry/session.h"
#include "rotation/final_status.h"
#include "rotation/settlement.h"
#include "str.h"

#include <string.h>

/*
 * The thing itself is connected with certificate c. again: the broker repeats a report of a
 * session that began earlier, perhaps before a final status that is on record by now; such a
 * session decides nothing.
 */
static enum status thing_began(struct daemon *d, const struct certificate *c, bool again,
			       int64_t now)
{
	enum status st = session_started(d->db, c->thing, c->id, now);

	if (st == GR_OK && !c->seen)
		st = settlement_seen(d->db, c->thing, c->id, now);
	return st == GR_OK
	    ? final_status_session(d->db, &d->signer, c->thing, c->id, again, now)
	    : st;
}

/*
 * Only a session whose client id is exactly the thing's name tells which certificate the thing
 * uses. A session of T#gr shows that a new certificate works.
 */
static enum status session_report(struct daemon *d, const struct stamp *s, bool started,
				  bool again, int64_t now)
{
	const char *suffix;
	struct certificate c;
	enum status st = certificate_get(&c, d->db, s->principal);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	suffix = topic_client_suffix(s->client, c.thing);
	if (!suffix || c.thing[0] == '\0')
		return GR_OK;
	if (started && (suffix[0] == '\0' || strcmp(suffix, "gr") == 0)) {
		st = rotation_used(d->db, c.id, now);
		if (st != GR_OK)
			return st;
	}
	if (suffix[0] != '\0')
		return GR_OK;
	return started ? thing_began(d, &c, again, now) : session_ended(d->db, c.thing, c.id);
}

/*
 * The broker refused a certificate. Raises an alarm if a rotation retired it, or if it was never
 * registered; none if an operator deactivated it.
 */
static enum status refusal_report(struct daemon *d, const struct stamp *s, int64_t now)
{
	struct certificate c;
	char thing[129];
	enum status st = retired_certificate_thing(thing, d->db, s->principal);

	if (st == GR_OK)
		return alarm_raise(d->db, "retired-used", thing, s->principal,
				   "a retired certificate tried to connect", now);
	if (st != GR_NO)
		return st;
	st = certificate_get(&c, d->db, s->principal);
	if (st != GR_NO)
		return st;
	return unregistered_refused(d, s->principal, now);
}

/* The broker refuses the certificate of a thing, which it cannot change over this connection. */
static enum status unverified_report(struct daemon *d, const struct stamp *s,
				     const struct message *m, int64_t now)
{
	json_t *payload = json_object_parse(m->payload, m->len);
	const char *reason = payload ? json_text(payload, "reason") : NULL;
	char text[200];
	struct certificate c;
	enum status st = certificate_get(&c, d->db, s->principal);

	str_format(text, sizeof text, "the broker does not accept the thing's certificate: %.120s",
		   reason ? reason : "no reason given");
	json_decref(payload);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	return alarm_raise(d->db, "unverified", c.thing, c.id, text, now);
}

/* The operator allows expired certificates to connect for a rotation, and is told of each. */
static enum status note_expired(struct daemon *d, const struct stamp *s, int64_t now)
{
	struct certificate c;
	enum status st = certificate_get(&c, d->db, s->principal);

	if (st == GR_NO)
		return GR_OK;
	return st == GR_OK
	    ? alarm_raise(d->db, "expired-used", c.thing, c.id,
			  "a certificate that has expired was let in for a rotation", now)
	    : st;
}

static enum status connected(struct daemon *d, const struct stamp *s, const struct message *m,
			     int64_t now)
{
	json_t *body = json_object_parse(m->payload, m->len);
	bool expired = json_is_true(json_object_get(body, "expired")),
	     again = json_is_true(json_object_get(body, "again"));
	enum status st = expired ? note_expired(d, s, now) : GR_OK;

	json_decref(body);
	if (!again)
		last_issued_note(d->last_issued, s->client, 0);
	return st == GR_OK ? session_report(d, s, true, again, now) : st;
}

/*
 * A device gets no answer, because the broker met damage in the registry. Looking into it is left
 * to housekeeping.
 */
static enum status note_damage(struct daemon *d, const struct stamp *s, int64_t now)
{
	char thing[129];

	d->met_damage = true;
	str_format(thing, sizeof thing, "%.*s", (int)strcspn(s->client, "#"), s->client);
	return alarm_raise(d->db, "damaged", str_is_thing(thing) ? thing : "", s->principal,
			   "the device gets no answer, because what the registry has of it is "
			   "damaged: restore a backup",
			   now);
}

/* What the registry has of it by now counts: the report may be older. */
static enum status unregistered_report(struct daemon *d, const struct stamp *s,
				       const struct message *m, int64_t now)
{
	json_t *payload = json_object_parse(m->payload, m->len);
	const char *pem = payload ? json_text(payload, "certificatePem") : NULL;
	char thing[129];
	struct certificate c;
	enum status st = certificate_get(&c, d->db, s->principal);

	if (st == GR_NO)
		st = retired_certificate_thing(thing, d->db, s->principal);
	if (st == GR_NO && pem)
		st = unregistered_take_in(d, s->principal, s->client, pem, now);
	json_decref(payload);
	return st == GR_NO ? GR_OK : st;
}

enum status broker_report_handle(struct daemon *d, const struct stamp *s, const struct message *m,
				 int64_t now)
{
	if (strcmp(s->topic, "gr/connected") == 0)
		return connected(d, s, m, now);
	if (strcmp(s->topic, "gr/disconnected") == 0)
		return session_report(d, s, false, false, now);
	if (strcmp(s->topic, "gr/thrown-out") == 0)
		return closed_connection_note(d->db, d->closed, s->principal, s->client, m, now);
	if (strcmp(s->topic, "gr/damaged") == 0)
		return note_damage(d, s, now);
	if (strcmp(s->topic, "gr/unverified") == 0)
		return unverified_report(d, s, m, now);
	if (strcmp(s->topic, "gr/unregistered") == 0)
		return unregistered_report(d, s, m, now);
	if (strcmp(s->topic, "gr/flooding") == 0)
		return flooding_alarm(d->db, s->principal, now);
	return strcmp(s->topic, "gr/refused") == 0 ? refusal_report(d, s, now) : GR_OK;
}
