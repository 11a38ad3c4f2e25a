/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fair.h - requests that were read and not handled yet: a line for each thing, served by turns, so that none waits
 * behind more than one request of any other. A thing has no more than FAIR_LINE in it; what is more is dropped, which for the device
 * is silence. What the plugin says of sessions stays in order with the requests of its thing and is never dropped.
 */
#ifndef GR_FAIR_H
#define GR_FAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gr-backendd/message.h"

enum { FAIR_LINE = 32, FAIR_PEER = 257, FAIR_BUCKETS = 512 };

struct fair {
	struct line *first, **last;		/* whose turn it is */
	struct line *by_peer[FAIR_BUCKETS];
	struct queue after;			/* from the first in/gr/ on: all before it is handled first */
	size_t count;
	uint64_t dropped;			/* requests that nobody has counted yet */
	char loudest[65];			/* the certificate of the first of them */
};

void fair_init(struct fair *f);
/* Copies both, or drops them. False: out of memory. */
bool fair_push(struct fair *f, const char *topic, const void *payload, size_t len);
/* NULL: none is left; message_free. */
struct message *fair_pop(struct fair *f);
void fair_clear(struct fair *f);
/* No more should be read before what is here was handled. */
bool fair_is_closed(const struct fair *f);

#endif
