/* gate.c - every check of access */
#include "gr-broker/gate.h"
#include "gr-broker/acl.h"

static int verdict(bool allowed, int denied)
{
	return allowed ? MOSQ_ERR_SUCCESS : denied;
}

static int acl_local(struct broker *b, const struct mosquitto_evt_acl_check *check)
{
	if (check->access == MOSQ_ACL_READ)
		return verdict(!acl_is_request(check->topic), MOSQ_ERR_ACL_DENIED);
	if (check->access == MOSQ_ACL_SUBSCRIBE && strcmp(check->topic, "in/#") == 0)
		for (struct session *s = sessions_first(b->sessions); s; s = TAILQ_NEXT(s, all))
			sessions_wait(b->sessions, s);
	return MOSQ_ERR_SUCCESS;
}

/*
 * A request with RETAIN passes, because MESSAGE clears it. A will has no MESSAGE, and from 2.1.3 on Mosquitto sends it while its
 * session is still there; so it is noted until the message comes. What was a will is taken away when the session ends.
 */
static int acl_publish(const struct mosquitto_evt_acl_check *check, struct session *s)
{
	/* Any other error than ACL_DENIED closes the connection: an MQTT 3.1.1 client would get a PUBACK. */
	if (!acl_write(&s->who, check->topic, check->retain, !s->ending))
		return MOSQ_ERR_AUTH;
	if (check->retain && acl_is_request(check->topic) && !session_keep(s, check->topic))
		return MOSQ_ERR_NOMEM;
	return MOSQ_ERR_SUCCESS;
}

static int acl_live(struct broker *b, const struct mosquitto_evt_acl_check *check, struct session *s)
{
	identity_refresh(&s->who, b->view, b->cache);
	switch (check->access) {
	case MOSQ_ACL_WRITE:
		return acl_publish(check, s);
	case MOSQ_ACL_SUBSCRIBE:
		return verdict(acl_subscribe(&s->who, check->topic), MOSQ_ERR_ACL_DENIED);
	case MOSQ_ACL_READ:
		return verdict(acl_read(&s->who, check->topic), MOSQ_ERR_ACL_DENIED);
	default:
		return verdict(check->access == MOSQ_ACL_UNSUBSCRIBE, MOSQ_ERR_ACL_DENIED);
	}
}

/* Its session is over: this is a will. */
static bool may_publish_will(struct broker *b, const struct mosquitto_evt_acl_check *check, const char *certificate, const char *client)
{
	const struct identity_source source = broker_source(b);
	struct identity who;
	const char *why;
	bool allowed;

	if (identity_establish(&who, &why, &source, NULL, certificate, client, mosquitto_client_address(check->client)) != GR_OK)
		return false;
	allowed = acl_write(&who, check->topic, check->retain, false);
	identity_release(&who);
	return allowed;
}

/* A client that is not connected: queues, wills, and the publisher of a retained message. */
static int acl_absent(struct broker *b, const struct mosquitto_evt_acl_check *check)
{
	const char *certificate = mosquitto_client_username(check->client), *client = mosquitto_client_id(check->client);
	bool allowed = false;

	if (!certificate || !client)
		return MOSQ_ERR_ACL_DENIED;
	if (check->access == MOSQ_ACL_READ)
		allowed = acl_queue(client, check->topic);
	else if (check->access == MOSQ_ACL_WRITE && !mosquitto_client_address(check->client))
		allowed = acl_retained(check->topic);	/* only the broker's stand-in for a publisher has no address */
	else if (check->access == MOSQ_ACL_WRITE)
		allowed = may_publish_will(b, check, certificate, client);
	return verdict(allowed, MOSQ_ERR_ACL_DENIED);
}

int gate_check(struct broker *broker, const struct mosquitto_evt_acl_check *check)
{
	struct session *s;

	/*
	 * Since 2.0.12 Mosquitto asks once more for the subscriptions of a session that is kept when its client is thrown out.
	 * A thing whose certificate was retired comes back over another one and counts on them; each delivery is checked anyhow.
	 */
	if (broker->dropping && check->access == MOSQ_ACL_SUBSCRIBE)
		return MOSQ_ERR_SUCCESS;
	if (broker_is_local(mosquitto_client_username(check->client)))
		return acl_local(broker, check);
	s = sessions_find(broker->sessions, check->client);
	return s ? acl_live(broker, check, s) : acl_absent(broker, check);
}
