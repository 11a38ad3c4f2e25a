/* SPDX-License-Identifier: Apache-2.0 */
/* session_limits.c - how many sessions of one certificate are let in */
#include "broker/session_limits.h"
#include "clock.h"

#include <string.h>

enum { MQTT_5 = 5 };

bool session_limits_may_be_kept(const struct mosquitto *client)
{
	return mosquitto_client_protocol_version(client) == MQTT_5 ||
	    !mosquitto_client_clean_session(client);
}

/*
 * The client ids that a rotation needs are not counted. They are one session each, because a newer
 * session takes the place of an older one of its client id.
 */
static bool is_for_rotation(const struct identity *who)
{
	const char *suffix = topic_client_suffix(who->client, who->thing);

	return suffix &&
	    (suffix[0] == '\0' || strcmp(suffix, "gr") == 0 || who->role == ROLE_PROBE);
}

/*
 * Asks the broker whether it still has the session of this client, which has ended. Mosquitto has
 * no call for that. Told to drop a session that has ended already it only says whether it has it
 * (source: command_disconnect in 2.0.11 to 2.1.2). A session that it has read from its file is in
 * another state and would end twice, so it must not be asked about. From 2.0.12 on it checks the
 * subscriptions of the session on the way, and removes those that are not allowed.
 */
static bool broker_has(void *arg, const char *client)
{
	struct broker *broker = arg;
	bool has;

	broker->dropping = identity_role(client) == ROLE_THING;
	has = mosquitto_kick_client_by_clientid(client, true) == MOSQ_ERR_SUCCESS;
	broker->dropping = false;
	return has;
}

const char *session_limits_refusal(enum status *verdict, struct broker *broker,
			  const struct mosquitto *client, const struct identity *who)
{
	bool may_be_kept = session_limits_may_be_kept(client);

	*verdict = GR_NO;
	if (who->role != ROLE_THING && !mosquitto_client_clean_session(client) &&
	    mosquitto_client_protocol_version(client) != MQTT_5)
		return "this client id may not leave a session behind: T, T#gr and T#2, T#3 and "
		       "so on may";
	*verdict = GR_FAIL;
	if (is_for_rotation(who))
		return NULL;
	if (sessions_count_others(broker->sessions, who->certificate, who->client) >= SESSIONS_MAX)
		return "the certificate has five sessions already";
	if (may_be_kept &&
	    kept_sessions_is_full(broker->kept, who->client, clock_boot_ms(), broker_has, broker))
		return "its thing has left five sessions behind already";
	return NULL;
}
