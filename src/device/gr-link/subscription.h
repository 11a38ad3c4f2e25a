/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subscription.h - the filters that the broker was asked for: each kept and shared by all
 * clients that want it, and given back when its place is needed and no client wants it any more.
 */
#ifndef GR_LINK_SUBSCRIPTION_H
#define GR_LINK_SUBSCRIPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "session/mqtt.h"
#include "topic.h"

enum { SUBSCRIPTIONS = 32 };	/* AWS IoT allows 50 for a connection */

struct subscription {
	char filter[TOPIC_MAX];	/* "" in an empty place */
	int mid;		/* the SUBSCRIBE that is not answered yet, or 0 */
	bool refused;		/* the broker said no */
};

/*
 * Finds the place of filter (1 to TOPIC_MAX - 1 bytes) in all, or takes one and subscribes to
 * filter. strict: subscribes again if the broker refused the filter before. wanted says which
 * places may not be emptied. GR_NO, silent: no place is free. GR_BAD, GR_FAIL: as mqtt_subscribe.
 */
enum status subscription_make(size_t *place, struct subscription all[static SUBSCRIPTIONS],
			      const bool wanted[static SUBSCRIPTIONS], struct mqtt *mqtt,
			      const char *filter, bool strict);

#endif
