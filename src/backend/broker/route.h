/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route.h - rewrites messages on their way: requests get the topic that the backend trusts, its
 * replies go to one client. To be called from the MESSAGE event; the result is a MOSQ_ERR value.
 */
#ifndef GR_BROKER_ROUTE_H
#define GR_BROKER_ROUTE_H

#include "broker/broker.h"

enum { ROUTE_PAYLOAD_MAX = 131072 };	/* AWS IoT's largest message */

/*
 * Rewrites a message that a device published. A request becomes in/CERTIFICATE/HEX OF THE CLIENT
 * ID/TOPIC, at QoS 1 at least; a request that this backend does not serve goes to nobody; other
 * messages pass.
 */
int route_from_device(struct broker *broker, struct mosquitto_evt_message *message,
		      struct session *session);

/*
 * Rewrites a message that the backend published. One on out/HEX OF A CLIENT ID/TOPIC is delivered
 * to that client as TOPIC, once, whether or not it subscribed, if it is connected and may receive
 * it. Notifications do not overtake replies.
 */
int route_from_backend(struct broker *broker, struct mosquitto_evt_message *message);

#endif
