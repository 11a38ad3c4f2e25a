/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release.h - which Mosquitto has loaded the plugin, and what the releases do differently (source:
 * their src/, 2.0.11 to 2.0.23, 2.1.0 to 2.1.2).
 *
 * It is the running broker that counts, not the headers that the plugin was built with. Mosquitto
 * tells a plugin nothing about itself, and its releases of 2.0 export the same symbols; but its
 * program says its version.
 */
#ifndef GR_BROKER_RELEASE_H
#define GR_BROKER_RELEASE_H

#include <stdbool.h>

struct release {
	int major, minor, patch;
};

enum { RELEASE_WHY_MAX = 512 };

/*
 * Asks the program that this process runs (-h) for its version. False, with a line in why: it does
 * not say, or it is a release that the plugin must not run in: earlier than 2.0.11, or later than
 * 2.1.
 */
bool release_find(struct release *release, char why[static RELEASE_WHY_MAX]);

/*
 * A topic or properties that a plugin has replaced in MESSAGE are freed by the broker, since
 * 2.0.15. Before that the plugin frees them itself: what both free aborts the broker, what neither
 * frees is lost with each message.
 */
bool release_frees_replaced(const struct release *release);

/*
 * Since 2.1 a session whose state the broker keeps ends with CLIENT_OFFLINE in the place of
 * DISCONNECT.
 */
bool release_has_offline(const struct release *release);

/*
 * Since 2.1 the broker ends when RELOAD is answered with anything but success; before, success
 * stops its reloading half-way.
 */
bool release_reloads_on_success(const struct release *release);

#endif
