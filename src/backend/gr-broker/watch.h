/* SPDX-License-Identifier: Apache-2.0 */
/* watch.h - an eye on the registry: opened when it is there, read when others changed it. */
#ifndef GR_WATCH_H
#define GR_WATCH_H

#include "gr-broker/broker.h"

enum { WATCH_MS = 50 };	/* more often the registry is not looked at */

/*
 * To be called from TICK alone, as often as it comes: drops the clients whose certificate is no
 * longer usable. now is clock_boot_ms.
 */
void watch_registry(struct broker *broker, int64_t now);

#endif
