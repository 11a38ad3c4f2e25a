/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.h - hands each message of the broker plugin to its handler, and queues the answers. */
#ifndef GR_DAEMON_DISPATCH_H
#define GR_DAEMON_DISPATCH_H

#include "daemon/daemon.h"

/*
 * Jobs requests that a thing may make in one window. To find a job a device needs two requests in
 * a row, so fewer would stop it for ever.
 */
enum { DISPATCH_RATE_MIN = 2, DISPATCH_RATE_MAX = 1000000, DISPATCH_RATE_WINDOW_MS = 1000 };

/*
 * Handles all waiting requests in one transaction; a request that fails is undone alone. GR_FAIL:
 * nothing was recorded, because the registry or the ledger cannot be written now; the connection
 * is closed, so that the broker sends the requests again.
 */
enum status dispatch_batch(struct daemon *d);

#endif
