/* SPDX-License-Identifier: Apache-2.0 */
/* agent.h - the session of gr-link, lent to the programs behind a Unix socket. */
#ifndef GR_LINK_AGENT_H
#define GR_LINK_AGENT_H

#include <assert.h>

#include "gr-link/subscription.h"
#include "session/frame.h"
#include "session/mqtt.h"

/*
 * All of them may wait for the broker at once, and a SUBSCRIBE goes on when its borrower has gone:
 * each finds its answer.
 */
enum { AGENT_BORROWERS = 16 };
static_assert(AGENT_BORROWERS + SUBSCRIPTIONS <= MQTT_ACKS, "answers of the broker would be lost");

/*
 * What a borrower's request waits for; it has one at a time. To listen goes well although the
 * broker says no.
 */
enum errand { ERRAND_NONE, ERRAND_PUBLISH, ERRAND_LISTEN, ERRAND_SUBSCRIBE };
struct client {
	int fd;			/* -1: an empty place */
	long pid;		/* for error lines */
	struct frame_buffer in, out;
	bool wants[SUBSCRIPTIONS];
	enum errand errand;
	int mid;		/* of the publish */
	size_t place;		/* of the subscription */
};

struct agent {
	struct mqtt *mqtt;
	struct inbox *inbox;	/* the session's */
	int listener, signals;
	struct subscription subscription[SUBSCRIPTIONS];
	struct client borrower[AGENT_BORROWERS];
};

void agent_init(struct agent *lender, struct mqtt *mqtt, struct inbox *inbox, int listener,
		int signals);
/*
 * Lends until standard input ends, or signals can be read: GR_OK. GR_FAIL, one line: the
 * connection is gone.
 */
enum status agent_run(struct agent *lender);
void agent_release(struct agent *lender);	/* closes the borrowers' sockets */

#endif
