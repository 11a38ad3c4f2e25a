/* SPDX-License-Identifier: Apache-2.0 */
/*
 * housekeeping.h - does what is due without a request: timers, the reconciler, jumps of the wall
 * clock, rollouts, notifications, metrics.
 */
#ifndef GR_DAEMON_HOUSEKEEPING_H
#define GR_DAEMON_HOUSEKEEPING_H

#include "daemon/daemon.h"

/* Does what is due. quiet: nothing came while we waited. GR_FAIL, one line: try again later. */
enum status housekeeping_run(struct daemon *d, bool quiet);
/* Returns the milliseconds until something may be due. */
int housekeeping_wait(struct daemon *d);

#endif
