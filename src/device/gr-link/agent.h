/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent.h - lends the session of gr-link to other programs through a Unix socket, as ssh-agent
 * lends keys.
 */
#ifndef GR_LINK_AGENT_H
#define GR_LINK_AGENT_H

#include <assert.h>

#include "gr-link/client.h"
#include "gr-link/subscription.h"
#include "session/mqtt.h"

/*
 * All clients may wait for the broker at once, and a SUBSCRIBE goes on when its client has gone:
 * the session keeps an answer for each.
 */
enum { AGENT_CLIENTS = 16 };
static_assert(AGENT_CLIENTS + SUBSCRIPTIONS <= MQTT_ACKS, "answers of the broker would be lost");

struct agent {
	struct mqtt *mqtt;
	struct message_queue *queue; /* the session's */
	int listener, signals;
	struct subscription subscription[SUBSCRIPTIONS];
	struct client client[AGENT_CLIENTS];
};

void agent_init(struct agent *agent, struct mqtt *mqtt, struct message_queue *queue, int listener,
		int signals);
/*
 * Serves clients. GR_OK: standard input ended, or a signal came. GR_FAIL, one line: the connection
 * to the broker is gone.
 */
enum status agent_run(struct agent *agent);
void agent_release(struct agent *agent); /* closes the sockets of the clients */

#endif
