/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allowance.h - how much one thing may ask for and how often it may connect, whatever certificates
 * and client ids it uses.
 *
 * What is more is dropped, and acknowledged: for the device that is silence, which is no verdict,
 * and it asks again. Who does not stop has his connection closed: Mosquitto reads all that a TLS
 * record holds in one turn of its loop, some hundred messages, and only one from the daemon's
 * socket, so a connection that is always full would hold up all answers.
 */
#ifndef GR_BROKER_ALLOWANCE_H
#define GR_BROKER_ALLOWANCE_H

#include "base/bucket.h"
#include "broker/identity.h"

enum {
	ALLOWANCE_RATE = 200,		/* requests a second, unless the option says otherwise */
	ALLOWANCE_RATE_MAX = 1000000,
	ALLOWANCE_BURST = 5,		/* seconds' worth may come at once */
	/* create counts as so many: a signature is verified, and one may be made */
	ALLOWANCE_CREATE = 10,
	ALLOWANCE_BYTES = 4096,		/* each so many bytes of payload count as one more */
	/* a connection counts as so many, on an account of its own */
	ALLOWANCE_CONNECT = 4,
	ALLOWANCE_DROPS = 100,		/* in a row over one connection: then it is closed */
	ALLOWANCE_TELL_MS = 5000	/* from one report of what was dropped to the next */
};

struct allowance {
	struct buckets *requests, *connects;	/* by thing; NULL: no limit */
	/* for the rate, for the backlog, connections: since they were reported */
	uint64_t dropped, unheard, turned_away;
	int64_t tell_at;			/* clock_boot_ms */
};

/* rate: requests a second, 0 for no limit. False: out of memory. */
bool allowance_open(struct allowance *a, uint32_t rate);
void allowance_close(struct allowance *a);

/* May this be asked now? It has been counted either way. */
bool allowance_request(struct allowance *a, const struct identity *who, const char *topic,
		       size_t size, int64_t now);
bool allowance_connect(struct allowance *a, const struct identity *who, int64_t now);
/*
 * Tells the daemon, some time after something was dropped, on in/gr/dropped: {"requests": N,
 * "waiting": N, "connections": N}
 */
void allowance_tell(struct allowance *a, int64_t now);

#endif
