/* SPDX-License-Identifier: Apache-2.0 */
/* lender.h - the session of gr-link, lent to the programs behind a Unix socket. */
#ifndef GR_LENDER_H
#define GR_LENDER_H

#include <assert.h>

#include "frame.h"
#include "mqtt.h"
#include "subscription.h"

/* All of them may wait for the broker at once, and a SUBSCRIBE goes on when its borrower has gone: each finds its answer. */
enum { LENDER_BORROWERS = 16 };
static_assert(LENDER_BORROWERS + SUBSCRIPTIONS <= MQTT_ACKS, "answers of the broker would be lost");

/* What a borrower's request waits for; it has one at a time. To listen goes well although the broker says no. */
enum errand { ERRAND_NONE, ERRAND_PUBLISH, ERRAND_LISTEN, ERRAND_SUBSCRIBE };
struct borrower {
	int fd;			/* -1: an empty place */
	long pid;		/* for error lines */
	struct frame_buffer in, out;
	bool wants[SUBSCRIPTIONS];
	enum errand errand;
	int mid;		/* of the publish */
	size_t place;		/* of the subscription */
};

struct lender {
	struct mqtt *mqtt;
	struct inbox *inbox;	/* the session's */
	int listener, signals;
	struct subscription subscription[SUBSCRIPTIONS];
	struct borrower borrower[LENDER_BORROWERS];
};

void lender_init(struct lender *lender, struct mqtt *mqtt, struct inbox *inbox, int listener, int signals);
/* Lends until standard input ends, or signals can be read: GR_OK. GR_FAIL, one line: the connection is gone. */
enum status lender_run(struct lender *lender);
void lender_release(struct lender *lender);	/* closes the borrowers' sockets */

#endif
