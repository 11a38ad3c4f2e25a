/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_report.h - what the broker plugin itself reports: sessions, and whom it refused or could
 * not answer.
 */
#ifndef GR_DAEMON_BROKER_REPORT_H
#define GR_DAEMON_BROKER_REPORT_H

#include "daemon/daemon.h"
#include "daemon/message.h"
#include "topic.h"

/* in/<certificateId>/<hex of the client id>/<topic>: only the plugin can publish there. */
struct stamp {
	char principal[65];
	char client[TOPIC_CLIENT_MAX + 1];
	const char *topic;
};

/*
 * Handles a message under gr/, inside the caller's transaction; an unknown one is passed over.
 * GR_FAIL: one line has been written.
 */
enum status broker_report_handle(struct daemon *d, const struct stamp *s, const struct message *m,
				 int64_t now);

#endif
