/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flooding.h - things that send more requests than they may: alarms, and counts of what was
 * dropped. All inside a transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_DAEMON_FLOODING_H
#define GR_DAEMON_FLOODING_H

#include <stdint.h>

#include "daemon/fair_queue.h"
#include "daemon/message.h"
#include "registry/db.h"

/* Raises the alarm for the thing of certificate. */
enum status flooding_alarm(struct db *db, const char *certificate, int64_t now);
/* Counts what the plugin has dropped; m is {"requests": N, "waiting": N, "connections": N}. */
enum status flooding_count(struct db *db, const struct message *m);
/*
 * Counts what was dropped here, with an alarm for the first thing of it. The caller sets
 * queue->dropped to 0 once that is committed.
 */
enum status flooding_count_own(struct db *db, const struct fair_queue *queue);

#endif
