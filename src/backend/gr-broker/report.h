/*
 * report.h - what the backend hears of sessions:
 * in/CERTIFICATE/HEX OF THE CLIENT ID/gr/{connected,disconnected,refused}, at QoS 0.
 */
#ifndef GR_REPORT_H
#define GR_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "gr-broker/identity.h"

enum {
	REPORT_TOPIC_MAX = 1024,	/* "in/", 64, "/", 2 * TOPIC_CLIENT_MAX, "/", and a request of ours */
	REPORT_QUIET_MS = 10000		/* a client that hammers is reported once in this time */
};

/* "in/CERTIFICATE/HEX/TAIL". False: it does not fit. */
bool report_topic(char to[static REPORT_TOPIC_MAX], const char *certificate, const char *client, const char *tail);

/* in/gr/sessions: all live sessions are reported after this one, and whatever was said of others before has ended. */
void report_all(void);
/* {"ipAddress": ..., "expired": true if it has, "again": true if the session was reported when it began} */
void report_connected(const struct identity *who, bool again);
void report_disconnected(const struct identity *who);	/* {} */

/* What was reported lately; bounded, so that at most 1024 reports leave in REPORT_QUIET_MS. */
struct refusals;
struct refusals *refusals_new(void);	/* NULL: out of memory */
void refusals_free(struct refusals *refusals);

/* {"certificateId": ..., "reason": ...}. A longer client id is cut to TOPIC_CLIENT_MAX. False: it was reported lately. */
bool report_refused(struct refusals *refusals, int64_t now, const char *certificate, const char *client, const char *reason);

#endif
