/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocation_poller.h - looks for changes in the registry, and drops clients whose certificate may
 * no longer be used. Opens the registry when it is there.
 */
#ifndef GR_BROKER_REVOCATION_POLLER_H
#define GR_BROKER_REVOCATION_POLLER_H

#include "broker/broker.h"

enum { REVOCATION_POLLER_MS = 50 };	/* from one look to the next */

/*
 * Polls the registry if it is time; to be called at each TICK event, and nowhere else. now is
 * clock_boot_ms.
 */
void revocation_poller_run(struct broker *broker, int64_t now);

#endif
