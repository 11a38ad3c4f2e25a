/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocation_poller.h - an eye on the registry: opened when it is there, read when others changed
 * it.
 */
#ifndef GR_BROKER_REVOCATION_POLLER_H
#define GR_BROKER_REVOCATION_POLLER_H

#include "broker/broker.h"

enum { REVOCATION_POLLER_MS = 50 };	/* more often the registry is not looked at */

/*
 * To be called from TICK alone, as often as it comes: drops the clients whose certificate is no
 * longer usable. now is clock_boot_ms.
 */
void revocation_poller_registry(struct broker *broker, int64_t now);

#endif
