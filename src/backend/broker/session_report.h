/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_report.h - reports of sessions to the backend, published at QoS 0 on in/CERTIFICATE/HEX
 * OF THE CLIENT ID/gr/{connected,disconnected,refused,unverified,thrown-out,flooding,damaged,
 * unregistered}. The comment of each function tells its payload.
 */
#ifndef GR_BROKER_SESSION_REPORT_H
#define GR_BROKER_SESSION_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/identity.h"
#include "broker/recent_reports.h"

enum {
	/* "in/", 64, "/", 2 * TOPIC_CLIENT_MAX, "/", and a request of ours */
	SESSION_REPORT_TOPIC_MAX = 1024,
	/* of a topic or a client id in a line that people read */
	SESSION_REPORT_PRINTABLE_MAX = 200
};

/* Makes the topic "in/CERTIFICATE/HEX/TAIL". False: it does not fit. */
bool session_report_topic(char to[static SESSION_REPORT_TOPIC_MAX], const char *certificate,
			  const char *client, const char *tail);

/*
 * Announces, on in/gr/sessions, that all live sessions are reported next, and that any other
 * session that was reported before has ended.
 */
void session_report_all(void);
/*
 * Reports the start of a session, {"ipAddress": ..., "expired": true if its certificate has
 * expired, "again": true if the start was reported before}.
 */
void session_report_connected(const struct identity *who, bool again);
void session_report_disconnected(const struct identity *who);	/* {} */
/*
 * Reports, {"topic": ..., "reason": ...}, that the connection is closed because it published on
 * topic, which the rule reason forbids.
 */
void session_report_thrown_out(const struct identity *who, const char *topic, const char *reason);
/*
 * Reports, {}, that it sends more requests than it may, and that they are dropped. Does nothing if
 * that was reported lately.
 */
void session_report_flooding(struct recent_reports *recent, int64_t now,
			     const struct identity *who);
/*
 * Reports, {"certificateId": ..., "reason": ...}, that a client was refused. A longer client id is
 * cut to TOPIC_CLIENT_MAX. False: it was reported lately.
 */
bool session_report_refused(struct recent_reports *recent, int64_t now, const char *certificate,
			    const char *client, const char *reason);
/*
 * Reports, {}, that a client got no answer because the registry is damaged. Does nothing if that
 * was reported lately, or for a client id longer than TOPIC_CLIENT_MAX.
 */
void session_report_damaged(struct recent_reports *recent, int64_t now, const char *certificate,
			    const char *client);
/*
 * Reports, {"certificatePem": ...}, that a client got no answer because the backend may take its
 * certificate in. Does nothing if that was reported lately.
 */
void session_report_unregistered(struct recent_reports *recent, int64_t now,
				 const char *certificate, const char *client, const X509 *x509);
/*
 * Reports, {"reason": ...}, that OpenSSL or the plugin refused the thing's certificate itself.
 * Does nothing if that was reported lately.
 */
void session_report_unverified(struct recent_reports *recent, int64_t now, const char *certificate,
			       const char *thing, const char *reason);

#endif
