/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fair_queue.h - requests that were read and not handled yet: a line for each thing, served by
 * turns, so that none waits behind more than one request of any other. A thing has no more than
 * FAIR_QUEUE_LINE in it; what is more is dropped, which for the device is silence. What the plugin
 * says of sessions stays in order with the requests of its thing and is never dropped.
 */
#ifndef GR_DAEMON_FAIR_QUEUE_H
#define GR_DAEMON_FAIR_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/message.h"

enum { FAIR_QUEUE_LINE = 32, FAIR_QUEUE_PEER = 257, FAIR_QUEUE_BUCKETS = 512 };

struct fair_queue {
	struct line *first, **last;		/* whose turn it is */
	struct line *by_peer[FAIR_QUEUE_BUCKETS];
	/* from the first in/gr/ on: all before it is handled first */
	struct queue after;
	size_t count;
	uint64_t dropped;			/* requests that nobody has counted yet */
	char loudest[65];			/* the certificate of the first of them */
};

void fair_queue_init(struct fair_queue *f);
/* Copies both, or drops them. False: out of memory. */
bool fair_queue_push(struct fair_queue *f, const char *topic, const void *payload, size_t len);
/* NULL: none is left; message_free. */
struct message *fair_queue_pop(struct fair_queue *f);
void fair_queue_clear(struct fair_queue *f);
/* No more should be read before what is here was handled. */
bool fair_queue_is_closed(const struct fair_queue *f);

#endif
