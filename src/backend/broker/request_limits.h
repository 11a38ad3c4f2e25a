/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request_limits.h - how many requests one thing may send and how often it may connect, whatever
 * certificates and client ids it uses.
 *
 * A request above the limit is dropped and acknowledged: the device gets no answer, which it never
 * takes for a verdict, and asks again. If it does not stop, its connection is closed: Mosquitto
 * reads all that a TLS record holds in one turn of its loop, some hundred messages, and only one
 * from the daemon's socket, so a connection that is always full would hold up all answers.
 */
#ifndef GR_BROKER_REQUEST_LIMITS_H
#define GR_BROKER_REQUEST_LIMITS_H

#include <stddef.h>

#include "base/token_buckets.h"
#include "broker/identity.h"

enum {
	REQUEST_LIMITS_RATE = 200,	/* requests a second, unless the option says otherwise */
	REQUEST_LIMITS_RATE_MAX = 1000000,
	REQUEST_LIMITS_BURST = 5,	/* requests of so many seconds may come at once */
	/* create costs so many: a signature is verified, and one may be made */
	REQUEST_LIMITS_CREATE = 10,
	REQUEST_LIMITS_BYTES = 4096,	/* each so many bytes of payload cost one more */
	/* a connection costs so many, from a bucket of its own */
	REQUEST_LIMITS_CONNECT = 4,
	/* dropped in a row over one connection: then it is closed */
	REQUEST_LIMITS_DROPS = 100,
	REQUEST_LIMITS_REPORT_MS = 5000	/* from one report of what was dropped to the next */
};

struct request_limits {
	struct token_buckets *requests, *connects;	/* by thing; NULL: no limit */
	/* dropped since the last report: requests for the rate and the backlog, connections */
	uint64_t over_rate, over_backlog, over_connects;
	int64_t report_at;		/* clock_boot_ms */
};

/* rate: requests a second, 0 for no limit. False: out of memory. */
bool request_limits_open(struct request_limits *limits, uint32_t rate);
void request_limits_close(struct request_limits *limits);

/* Counts a request or a connection of who. False: it exceeds the limit. now: clock_boot_ms. */
bool request_limits_request(struct request_limits *limits, const struct identity *who,
			    const char *topic, size_t size, int64_t now);
bool request_limits_connect(struct request_limits *limits, const struct identity *who,
			    int64_t now);
/*
 * Reports to the daemon what was dropped, on in/gr/dropped: {"requests": N, "waiting": N,
 * "connections": N}. Does nothing before REQUEST_LIMITS_REPORT_MS, or if nothing was.
 */
void request_limits_report(struct request_limits *limits, int64_t now);

#endif
