/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - what the backend hears of sessions:
 * in/CERTIFICATE/HEX OF THE CLIENT ID/gr/{connected,disconnected,refused,thrown-out,flooding}, at
 * QoS 0.
 */
#ifndef GR_BROKER_REPORT_H
#define GR_BROKER_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/identity.h"

enum {
	/* "in/", 64, "/", 2 * TOPIC_CLIENT_MAX, "/", and a request of ours */
	REPORT_TOPIC_MAX = 1024,
	REPORT_QUIET_MS = 10000,	/* a client that hammers is reported once in this time */
	REPORT_PRINTABLE_MAX = 200	/* of a topic or a client id that is told to people */
};

/* "in/CERTIFICATE/HEX/TAIL". False: it does not fit. */
bool report_topic(char to[static REPORT_TOPIC_MAX], const char *certificate, const char *client,
		  const char *tail);

/*
 * in/gr/sessions: all live sessions are reported after this one, and whatever was said of others
 * before has ended.
 */
void report_all(void);
/*
 * {"ipAddress": ..., "expired": true if it has, "again": true if the session was reported when it
 * began}
 */
void report_connected(const struct identity *who, bool again);
void report_disconnected(const struct identity *who);	/* {} */

/*
 * {"topic": ..., "reason": ...}: the connection is closed because it published on topic, which the
 * rule reason forbids.
 */
void report_thrown_out(const struct identity *who, const char *topic, const char *reason);

/*
 * What was told lately; bounded: at most 8 things of one certificate in REPORT_QUIET_MS, and 4096
 * in all.
 */
struct refusals;
struct refusals *refusals_new(void);	/* NULL: out of memory */
void refusals_free(struct refusals *refusals);
/*
 * May it be told now that this client did what, on topic? False: it was told lately, or there is
 * no room.
 */
bool refusals_admit(struct refusals *refusals, int64_t now, const char *certificate,
		    const char *client, const char *what, const char *topic);

/* {}: what it asks for is more than may be, and dropped. Nothing, if that was reported lately. */
void report_flooding(struct refusals *refusals, int64_t now, const struct identity *who);
/*
 * {"certificateId": ..., "reason": ...}. A longer client id is cut to TOPIC_CLIENT_MAX. False: it
 * was reported lately.
 */
bool report_refused(struct refusals *refusals, int64_t now, const char *certificate,
		    const char *client, const char *reason);

#endif
