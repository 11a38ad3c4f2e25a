/* SPDX-License-Identifier: Apache-2.0 */
/* route.c - requests to the backend, replies to one client */
#include "broker/route.h"
#include "broker/acl.h"
#include "broker/publish.h"
#include "broker/session_report.h"
#include "clock.h"
#include "printable.h"
#include "str.h"

#include <string.h>

/* The backend gets this in place of a payload that is too long. It is no JSON: it is refused. */
#define TOO_LONG "longer than 131072 bytes"

/*
 * Gives the message another topic and no properties. The old ones are freed by the broker or here,
 * see broker_version.h.
 */
static int replace(const struct broker_version *version, struct mosquitto_evt_message *message,
		   const char *topic)
{
	char *copy = mosquitto_strdup(topic);

	if (!copy)
		return MOSQ_ERR_NOMEM;
	if (!broker_version_frees_replaced(version)) {
		mosquitto_free(message->topic);
		mosquitto_property_free_all(&message->properties);
	}
	message->topic = copy;
	message->properties = NULL;
	return MOSQ_ERR_SUCCESS;
}

/*
 * The request is not acknowledged, and the connection is closed, so that the device sends it
 * again.
 */
static int refuse(struct broker *broker, const char *client, const char *why)
{
	char line[REPEAT_LINE];

	str_format(line, sizeof line,
		   "gr-broker: requests are not taken and their connections closed: %s", why);
	if (log_repeats_admit(broker->lines, "", line, clock_boot_ms()))
		mosquitto_log_printf(MOSQ_LOG_WARNING,
				     "gr-broker: requests are not taken and their connections "
				     "closed, that of %s for one: %s",
				     client, why);
	return MOSQ_ERR_UNKNOWN;
}

/*
 * The request is acknowledged and not handled. If the device does not stop, its connection is
 * closed.
 */
static int drop(struct broker *broker, struct mosquitto_evt_message *message,
		struct session *session, const char *why)
{
	const struct identity *who = &session->who;
	char client[SESSION_REPORT_PRINTABLE_MAX];

	printable_ascii(client, sizeof client, who->client);
	broker_log(broker, who->certificate, "requests of %s with certificate %s are dropped: %s",
		   client, who->certificate, why);
	session_report_flooding(broker->recent_reports, clock_boot_ms(), who);
	message->retain = false;
	if (++session->dropped <= REQUEST_LIMITS_DROPS)
		return replace(&broker->mosquitto, message, ACL_NOWHERE);
	broker_log(
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
 * Publishes a copy at QoS 1. A plugin cannot change the QoS of a message, and a request at QoS 0
 * would be lost when the daemon is killed. The original goes nowhere: nobody may receive a request
 * under its own topic.
 */
static int copy_request(struct broker *broker, const struct mosquitto_evt_message *message,
		     const char *topic, struct session *session)
{
	const void *payload = fits(message) ? message->payload : TOO_LONG;
	size_t len = fits(message) ? message->payloadlen : strlen(TOO_LONG);

	session->copied_in = broker->turn;
	return publish_copy(NULL, topic, len, payload ? payload : "", 1, false);
}

int route_from_device(struct broker *broker, struct mosquitto_evt_message *message,
		      struct session *session)
{
	char topic[SESSION_REPORT_TOPIC_MAX];
	size_t size = fits(message) ? message->payloadlen : 0;
	int64_t now = clock_boot_ms();
	const char *why;

	sessions_note_retained(session, NULL);
	if (acl_is_discarded(&session->who, message->topic)) {
		message->retain = false;
		return replace(&broker->mosquitto, message, ACL_NOWHERE);
	}
	if (!acl_is_request(message->topic))
		return MOSQ_ERR_SUCCESS;
	if (!session_report_topic(topic, session->who.certificate, session->who.client,
				  message->topic))
		return MOSQ_ERR_INVAL;
	if (!request_limits_request(&broker->limits, &session->who, message->topic,
			       message->payloadlen, now))
		return drop(broker, message, session,
			    "the thing asks for more than plugin_opt_request_rate allows");
	if (!backlog_take_share(&broker->backlog, session->who.thing, size, now)) {
		broker->limits.over_backlog++;
		return drop(broker, message, session,
			    "too much of the thing waits for gr-backendd already");
	}
	why = backlog_take(&broker->backlog, size);
	if (why)
		return refuse(broker, session->who.client, why);
	session->dropped = 0;
	message->retain = false;
	/*
	 * A copy leaves with the next turn of the broker's loop. A request behind one in the same
	 * turn must not overtake it, so it leaves as a copy as well.
	 */
	if (message->qos == 0 || session->copied_in == broker->turn || !fits(message))
		return copy_request(broker, message, topic, session);
	return replace(&broker->mosquitto, message, topic);
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
 * packet a turn from a plain connection, 2.1 all that have come: there a notification that was
 * sent after a reply would overtake it. So it leaves as a copy as well, and the original goes to a
 * topic that nobody may receive, as replies do.
 */
static int after_replies(const struct broker *broker, struct mosquitto_evt_message *message)
{
	bool reserved = message->topic[0] == '$' || strncmp(message->topic, "awslabs/", 8) == 0;
	int rc;

	if (!broker->replied || message->retain || !reserved)
		return MOSQ_ERR_SUCCESS;
	rc = publish_copy(NULL, message->topic, message->payloadlen,
			  message->payload ? message->payload : "", message->qos, false);
	return rc == MOSQ_ERR_SUCCESS ? replace(&broker->mosquitto, message, "out/") : rc;
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
		backlog_confirm(&broker->backlog, message->payload, message->payloadlen);
	if (!reply_parse(client, &topic, message->topic + 4))
		return MOSQ_ERR_SUCCESS;
	session = sessions_find_id(broker->sessions, client);
	if (!session)
		return MOSQ_ERR_SUCCESS;
	identity_refresh(&session->who, broker->reader, broker->cache);
	if (acl_read(&session->who, topic))
		return MOSQ_ERR_SUCCESS;
	broker->replied = true;
	return publish_copy(client, topic, message->payloadlen,
			    message->payload ? message->payload : "", 1, false);
}
