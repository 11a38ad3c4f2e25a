/* route.c - requests to the backend, replies to one client */
#include "gr-broker/route.h"
#include "gr-broker/acl.h"
#include "str.h"

#include <string.h>

static int replace_topic(struct mosquitto_evt_message *message, const char *topic)
{
	char *copy = mosquitto_strdup(topic);

	if (!copy)
		return MOSQ_ERR_NOMEM;
	mosquitto_free(message->topic);
	message->topic = copy;
	return MOSQ_ERR_SUCCESS;
}

int route_from_device(struct mosquitto_evt_message *message, const struct session *session)
{
	char topic[REPORT_TOPIC_MAX];

	if (acl_is_lost(&session->who, message->topic)) {
		message->retain = false;
		return replace_topic(message, ACL_NOWHERE);
	}
	if (!acl_is_request(message->topic))
		return MOSQ_ERR_SUCCESS;
	if (!report_topic(topic, session->who.certificate, session->who.client, message->topic))
		return MOSQ_ERR_INVAL;
	message->retain = false;
	mosquitto_property_free_all(&message->properties);
	return replace_topic(message, topic);
}

/* Takes "HEX OF A CLIENT ID/TOPIC" apart. False: it is not that. */
static bool reply_parse(char client[static TOPIC_CLIENT_MAX + 1], const char **topic, const char *text)
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
 * The copy leaves with the next turn of the broker's loop, which is before the next message of the
 * backend: of a plain connection Mosquitto reads one packet a turn. So nothing overtakes a reply.
 */
int route_from_backend(struct broker *broker, struct mosquitto_evt_message *message)
{
	char client[TOPIC_CLIENT_MAX + 1];
	const char *topic;
	struct session *session;

	if (strncmp(message->topic, "out/", 4) != 0)
		return MOSQ_ERR_SUCCESS;
	message->retain = false;
	if (!reply_parse(client, &topic, message->topic + 4))
		return MOSQ_ERR_SUCCESS;
	session = sessions_find_id(broker->sessions, client);
	if (!session)
		return MOSQ_ERR_SUCCESS;
	identity_refresh(&session->who, broker->view, broker->cache);
	if (acl_read(&session->who, topic))
		return MOSQ_ERR_SUCCESS;
	return mosquitto_broker_publish_copy(client, topic, (int)message->payloadlen, message->payload ? message->payload : "",
					     1, false, NULL);
}
