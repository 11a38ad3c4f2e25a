/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fair_queue.h - requests that were read and not handled yet: a queue for each thing, served by
 * turns, so that no request waits behind more than one of each other thing.
 *
 * A thing has at most FAIR_QUEUE_EACH requests in it. What exceeds that is dropped: the device
 * gets no answer and asks again. Reports of the plugin about sessions stay in order with the
 * requests of their thing and are never dropped.
 */
#ifndef GR_DAEMON_FAIR_QUEUE_H
#define GR_DAEMON_FAIR_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/message.h"

enum { FAIR_QUEUE_EACH = 32, FAIR_QUEUE_BUCKETS = 512 };

struct fair_queue_thing;
struct fair_queue {
	struct fair_queue_thing *first, **last;	/* in the order of their turns */
	struct fair_queue_thing *by_name[FAIR_QUEUE_BUCKETS];
	/*
	 * Everything from the first message on that concerns all things (in/gr/): what came
	 * before it is handled first.
	 */
	struct message_queue after;
	size_t count;
	uint64_t dropped;			/* requests that nobody has counted yet */
	char loudest[65];			/* the certificate of the first of them */
};

void fair_queue_init(struct fair_queue *f);
/* Adds a copy, or drops the message if its thing has too many. False: out of memory. */
bool fair_queue_push(struct fair_queue *f, const char *topic, const void *payload, size_t len);
/* Takes out the message whose turn it is; message_free it. NULL: none is left. */
struct message *fair_queue_pop(struct fair_queue *f);
void fair_queue_clear(struct fair_queue *f);
/* Tells whether no more should be read before what is here was handled. */
bool fair_queue_is_closed(const struct fair_queue *f);

#endif
