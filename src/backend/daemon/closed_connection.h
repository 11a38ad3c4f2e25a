/* SPDX-License-Identifier: Apache-2.0 */
/*
 * closed_connection.h - connections that the broker closed because of what was published over
 * them: each is counted, and a certificate that has many of them raises an alarm.
 */
#ifndef GR_DAEMON_CLOSED_CONNECTION_H
#define GR_DAEMON_CLOSED_CONNECTION_H

#include <stdint.h>

#include "daemon/message.h"
#include "daemon/window_counter.h"
#include "registry/db.h"

/* More than FEW connections of one certificate in so many minutes of the backend are an alarm. */
enum { CLOSED_CONNECTION_FEW = 4, CLOSED_CONNECTION_MINUTES = 10 };

/*
 * Notes that the plugin closed the connection of client; m is its report, {"topic", "reason"}.
 * counter counts by certificate. Inside a transaction. On GR_FAIL one line has been written.
 */
enum status closed_connection_note(struct db *db, struct window_counter *counter,
				   const char *certificate, const char *client,
				   const struct message *m, int64_t now);

#endif
