/* SPDX-License-Identifier: Apache-2.0 */
/* acl_hook.c - the answer to each check of access */
#include "broker/acl_hook.h"
#include "broker/acl.h"
#include "broker/route.h"
#include "broker/session_report.h"
#include "clock.h"
#include "printable.h"

static int verdict(bool allowed, int denied)
{
	return allowed ? MOSQ_ERR_SUCCESS : denied;
}

void acl_hook_log(struct broker *broker, const struct identity *who, const char *what,
		  const char *topic, const char *why)
{
	char client[SESSION_REPORT_PRINTABLE_MAX], printable[SESSION_REPORT_PRINTABLE_MAX];

	printable_ascii(client, sizeof client, who->client);
	printable_ascii(printable, sizeof printable, topic);
	broker_log(broker, who->certificate, "%s with certificate %s %s%s%s: %s", client,
		   who->certificate, what, topic[0] ? " " : "", printable, why);
}

static int acl_local(struct broker *b, const struct mosquitto_evt_acl_check *check)
{
	/*
	 * The broker asks this for each message and subscriber, also for one that is away: so we
	 * learn that it has kept the daemon's session.
	 */
	if (check->access == MOSQ_ACL_READ && strncmp(check->topic, "in/", 3) == 0)
		b->backlog.subscribed = true;
	if (check->access == MOSQ_ACL_READ)
		return verdict(acl_local_read(check->topic), MOSQ_ERR_ACL_DENIED);
	if (check->access == MOSQ_ACL_SUBSCRIBE && strcmp(check->topic, "in/#") == 0) {
		b->backlog.subscribed = true;
		backlog_mark(&b->backlog, true);
		session_report_all();
		for (struct session *s = sessions_first(b->sessions); s; s = TAILQ_NEXT(s, all))
			sessions_queue_report(b->sessions, s);
	}
	return MOSQ_ERR_SUCCESS;
}

/*
 * A request with RETAIN passes, because RETAIN is cleared at the MESSAGE event. A will has no
 * MESSAGE event, and from 2.1.3 on Mosquitto publishes it while its session still exists. So the
 * topic is noted until MESSAGE comes; if it never comes it was a will, and what it left is removed
 * when the session ends.
 */
static int note_retained(const struct mosquitto_evt_acl_check *check, struct session *s)
{
	bool cleared = acl_is_request(check->topic) || acl_is_discarded(&s->who, check->topic);

	return check->retain && cleared && !sessions_note_retained(s, check->topic)
	    ? MOSQ_ERR_NOMEM
	    : MOSQ_ERR_SUCCESS;
}

static int live_write(struct broker *b, const struct mosquitto_evt_acl_check *check,
		      struct session *s)
{
	const char *why = acl_write(&s->who, check->topic, check->retain, !s->ending);

	/* A request that is too long gets an answer that says so, see route.c. */
	if (!why && check->payloadlen > ROUTE_PAYLOAD_MAX && !acl_is_request(check->topic))
		why = "it is longer than 131072 bytes";
	if (!why)
		return note_retained(check, s);
	/* Nobody would have received it, so an MQTT 3.1.1 client may get a PUBACK for it. */
	if (acl_is_tolerated(&s->who, check->topic)) {
		acl_hook_log(b, &s->who, "may not publish on", check->topic, why);
		return MOSQ_ERR_ACL_DENIED;
	}
	acl_hook_log(b, &s->who, "is disconnected for publishing on", check->topic, why);
	if (!s->thrown_out)
		session_report_thrown_out(&s->who, check->topic, why);
	s->thrown_out = true;
	/*
	 * Any other error than ACL_DENIED closes the connection: an MQTT 3.1.1 client would get a
	 * PUBACK.
	 */
	return MOSQ_ERR_AUTH;
}

static int live_subscribe(struct broker *b, const struct mosquitto_evt_acl_check *check,
			  const struct session *s)
{
	const char *why = acl_subscribe(&s->who, check->topic);

	if (!why && mosquitto_client_sub_count(check->client) >= SESSIONS_FILTERS_MAX)
		why = "the session has 250 subscriptions already";
	if (why)
		acl_hook_log(b, &s->who, "may not subscribe to", check->topic, why);
	return verdict(!why, MOSQ_ERR_ACL_DENIED);
}

static int acl_live(struct broker *b, const struct mosquitto_evt_acl_check *check,
		    struct session *s)
{
	identity_refresh(&s->who, b->reader, b->cache);
	switch (check->access) {
	case MOSQ_ACL_WRITE:
		return live_write(b, check, s);
	case MOSQ_ACL_SUBSCRIBE:
		return live_subscribe(b, check, s);
	case MOSQ_ACL_READ:
		return verdict(!acl_read(&s->who, check->topic), MOSQ_ERR_ACL_DENIED);
	default:
		return verdict(check->access == MOSQ_ACL_UNSUBSCRIBE, MOSQ_ERR_ACL_DENIED);
	}
}

/* Its session has ended, so this is a will. One that would go nowhere is refused silently. */
static bool may_publish_will(struct broker *b, const struct mosquitto_evt_acl_check *check,
			     const char *certificate, const char *client)
{
	const struct identity_source source = broker_source(b);
	struct identity who;
	const char *why;

	if (identity_establish(&who, &why, &source, NULL, certificate, client,
			       mosquitto_client_address(check->client)) != GR_OK)
		return false;
	why = acl_write(&who, check->topic, check->retain, false);
	if (why && !acl_is_tolerated(&who, check->topic))
		acl_hook_log(b, &who, "may not leave a will on", check->topic, why);
	identity_release(&who);
	return !why;
}

/* A client that is not connected: queues, wills, and the publisher of a retained message. */
static int acl_absent(struct broker *b, const struct mosquitto_evt_acl_check *check)
{
	const char *certificate = mosquitto_client_username(check->client),
		   *client = mosquitto_client_id(check->client);
	bool allowed = false;

	if (!certificate || !client)
		return MOSQ_ERR_ACL_DENIED;
	if (check->access == MOSQ_ACL_READ)
		allowed = acl_queue(client, check->topic) &&
		    (check->qos == 0 || kept_sessions_admits(b->kept, client, check->payloadlen));
	else if (check->access == MOSQ_ACL_WRITE && !mosquitto_client_address(check->client))
		/* only the broker's stand-in for a publisher has no address */
		allowed = acl_retained(check->topic);
	else if (check->access == MOSQ_ACL_WRITE)
		allowed = may_publish_will(b, check, certificate, client);
	return verdict(allowed, MOSQ_ERR_ACL_DENIED);
}

int acl_hook_check(struct broker *broker, const struct mosquitto_evt_acl_check *check)
{
	struct session *s;

	/*
	 * Since 2.0.12 Mosquitto asks once more for the subscriptions of a session that is kept
	 * when its client is thrown out. A thing whose certificate was retired comes back over
	 * another one and counts on them; each delivery is checked anyhow.
	 */
	if (broker->dropping && check->access == MOSQ_ACL_SUBSCRIBE)
		return MOSQ_ERR_SUCCESS;
	if (broker_is_local(mosquitto_client_username(check->client)))
		return acl_local(broker, check);
	s = sessions_find(broker->sessions, check->client);
	return s ? acl_live(broker, check, s) : acl_absent(broker, check);
}
