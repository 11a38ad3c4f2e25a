/* SPDX-License-Identifier: Apache-2.0 */
/* route.c - requests to the backend, replies to one client */
#include "broker/route.h"
#include "broker/acl.h"
#include "broker/copy.h"
#include "clock.h"
#include "printable.h"
#include "str.h"

#include <string.h>

#define TOO_LONG "longer than 131072 bytes"	/* what the backend gets in place of one: it is no JSON, so that is refused */

/*
 * Another topic, without properties. What the message had before is freed by the broker or by us,
 * see release.h.
 */
static int replace(const struct release *release, struct mosquitto_evt_message *message,
		   const char *topic)
{
	char *copy = mosquitto_strdup(topic);

	if (!copy)
		return MOSQ_ERR_NOMEM;
	if (!release_frees_replaced(release)) {
		mosquitto_free(message->topic);
		mosquitto_property_free_all(&message->properties);
	}
	message->topic = copy;
	message->properties = NULL;
	return MOSQ_ERR_SUCCESS;
}

/*
 * What the device said is not acknowledged; it hears by the end of its connection that it must say
 * it again.
 */
static int refuse(struct broker *broker, const char *client, const char *why)
{
	char line[REPEAT_LINE];

	str_format(line, sizeof line,
		   "gr-broker: requests are not taken and their connections closed: %s", why);
	if (repeats_admit(broker->lines, "", line, clock_boot_ms()))
		mosquitto_log_printf(MOSQ_LOG_WARNING,
				     "gr-broker: requests are not taken and their connections "
				     "closed, that of %s for one: %s",
				     client, why);
	return MOSQ_ERR_UNKNOWN;
}

/*
 * The device gets its acknowledgement and no answer; or, if it goes on and on, the end of its
 * connection.
 */
static int drop(struct broker *broker, struct mosquitto_evt_message *message,
		struct session *session, const char *why)
{
	const struct identity *who = &session->who;
	char client[REPORT_PRINTABLE_MAX];

	printable_ascii(client, sizeof client, who->client);
	broker_say(broker, who->certificate, "requests of %s with certificate %s are dropped: %s",
		   client, who->certificate, why);
	report_flooding(broker->refusals, clock_boot_ms(), who);
	message->retain = false;
	if (++session->dropped <= ALLOWANCE_DROPS)
		return replace(&broker->release, message, ACL_NOWHERE);
	broker_say(
	    broker, who->certificate,
	    "%s with certificate %s is disconnected: it goes on although its requests are dropped",
	    client, who->certificate);
	return MOSQ_ERR_UNKNOWN;
}

static bool fits(const struct mosquitto_evt_message *message)
{
	return message->payloadlen <= ROUTE_PAYLOAD_MAX;
}

/*
 * The broker does not take another QoS from us, and what is sent to the backend at QoS 0 is gone
 * with a daemon that is killed. So a copy goes to it at QoS 1, and the original nowhere: nobody
 * may receive a request under its own topic.
 */
static int raise_qos(struct broker *broker, const struct mosquitto_evt_message *message,
		     const char *topic, struct session *session)
{
	const void *payload = fits(message) ? message->payload : TOO_LONG;
	size_t len = fits(message) ? message->payloadlen : strlen(TOO_LONG);

	session->raised = broker->turn;
	return copy_publish(NULL, topic, len, payload ? payload : "", 1, false);
}

int route_from_device(struct broker *broker, struct mosquitto_evt_message *message,
		      struct session *session)
{
	char topic[REPORT_TOPIC_MAX];
	size_t size = fits(message) ? message->payloadlen : 0;
	int64_t now = clock_boot_ms();
	const char *why;

	session_keep(session, NULL);
	if (acl_is_lost(&session->who, message->topic)) {
		message->retain = false;
		return replace(&broker->release, message, ACL_NOWHERE);
	}
	if (!acl_is_request(message->topic))
		return MOSQ_ERR_SUCCESS;
	if (!report_topic(topic, session->who.certificate, session->who.client, message->topic))
		return MOSQ_ERR_INVAL;
	if (!allowance_request(&broker->allowance, &session->who, message->topic,
			       message->payloadlen, now))
		return drop(broker, message, session,
			    "the thing asks for more than plugin_opt_request_rate allows");
	if (!backlog_shares(&broker->backlog, session->who.thing, size, now)) {
		broker->allowance.unheard++;
		return drop(broker, message, session,
			    "as much of the thing waits for gr-backendd as may");
	}
	if ((why = backlog_refuses(&broker->backlog, size)))
		return refuse(broker, session->who.client, why);
	session->dropped = 0;
	message->retain = false;
	/*
	 * A copy leaves with the next turn of the broker's loop: what the device says behind it
	 * must not overtake it.
	 */
	if (message->qos == 0 || session->raised == broker->turn || !fits(message))
		return raise_qos(broker, message, topic, session);
	return replace(&broker->release, message, topic);
}

/* Takes "HEX OF A CLIENT ID/TOPIC" apart. False: it is not that. */
static bool reply_parse(char client[static TOPIC_CLIENT_MAX + 1], const char **topic,
			const char *text)
{
	char hex[2 * TOPIC_CLIENT_MAX + 1];
	size_t len = strcspn(text, "/");
	int n;

	if (len == 0 || len >= sizeof hex || text[len] != '/' || text[len + 1] == '\0')
		return false;
	memcpy(hex, text, len);
	hex[len] = '\0';
	n = str_unhex(client, TOPIC_CLIENT_MAX, hex);
	if (n <= 0 || memchr(client, '\0', (size_t)n))
		return false;
	client[n] = '\0';
	*topic = text + len + 1;
	return true;
}

/*
 * A reply is a copy that leaves with the next turn of the broker's loop. Mosquitto 2.0 reads one
 * packet a turn of a plain connection, 2.1 all that have come: a notification that was sent after
 * a reply would overtake it. So it leaves as a copy as well, and what it was itself goes where
 * nobody may listen, as replies do.
 */
static int after_replies(const struct broker *broker, struct mosquitto_evt_message *message)
{
	bool reserved = message->topic[0] == '$' || strncmp(message->topic, "awslabs/", 8) == 0;
	int rc;

	if (!broker->replied || message->retain || !reserved)
		return MOSQ_ERR_SUCCESS;
	rc = copy_publish(NULL, message->topic, message->payloadlen,
			  message->payload ? message->payload : "", message->qos, false);
	return rc == MOSQ_ERR_SUCCESS ? replace(&broker->release, message, "out/") : rc;
}

int route_from_backend(struct broker *broker, struct mosquitto_evt_message *message)
{
	char client[TOPIC_CLIENT_MAX + 1];
	const char *topic;
	struct session *session;

	if (strncmp(message->topic, "out/", 4) != 0)
		return after_replies(broker, message);
	message->retain = false;
	if (strcmp(message->topic, "out/gr/mark") == 0)
		backlog_settle(&broker->backlog, message->payload, message->payloadlen);
	if (!reply_parse(client, &topic, message->topic + 4))
		return MOSQ_ERR_SUCCESS;
	session = sessions_find_id(broker->sessions, client);
	if (!session)
		return MOSQ_ERR_SUCCESS;
	identity_refresh(&session->who, broker->view, broker->cache);
	if (acl_read(&session->who, topic))
		return MOSQ_ERR_SUCCESS;
	broker->replied = true;
	return copy_publish(client, topic, message->payloadlen,
			    message->payload ? message->payload : "", 1, false);
}
