/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_limits.h - how many sessions of one certificate are let in, and which of them the broker
 * may keep when they end.
 */
#ifndef GR_BROKER_SESSION_LIMITS_H
#define GR_BROKER_SESSION_LIMITS_H

#include "broker/broker.h"

/*
 * Tells whether the broker may keep this client's session when it ends. With MQTT 5 it always
 * may, and a plugin does not see for how long.
 */
bool session_limits_may_be_kept(const struct mosquitto *client);

/*
 * Tells why this client may not connect, apart from its policies and dates; the sentence is
 * static. NULL: it may. *verdict is GR_NO: it may never, and can be told so. GR_FAIL: not now;
 * then it gets no answer, because a device would take a refusal for one of its certificate.
 */
const char *session_limits_refusal(enum status *verdict, struct broker *broker,
				   const struct mosquitto *client, const struct identity *who);

#endif
