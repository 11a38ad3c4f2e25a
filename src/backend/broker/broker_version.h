/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_version.h - which release of Mosquitto has loaded the plugin, and what the releases do
 * differently (source: their src/, 2.0.11 to 2.0.23, 2.1.0 to 2.1.2).
 *
 * What counts is the broker that runs, not the headers that the plugin was built with. Mosquitto
 * does not tell a plugin its version, and all releases of 2.0 export the same symbols; but its
 * program prints the version.
 */
#ifndef GR_BROKER_BROKER_VERSION_H
#define GR_BROKER_BROKER_VERSION_H

#include <stdbool.h>

struct broker_version {
	int major, minor, patch;
};

enum { BROKER_VERSION_WHY_MAX = 512 };

/*
 * Finds out the version of the program that this process runs, by calling it with -h. False, with
 * a line in why: it does not say, or the plugin must not run in that release, earlier than 2.0.11
 * or later than 2.1.
 */
bool broker_version_find(struct broker_version *version, char why[static BROKER_VERSION_WHY_MAX]);

/*
 * Tells whether the broker, as since 2.0.15, frees a topic or properties that a plugin has
 * replaced in MESSAGE. Earlier ones leave that to the plugin: if both free them, the broker
 * aborts; if neither does, memory is lost with each message.
 */
bool broker_version_frees_replaced(const struct broker_version *version);

/*
 * Tells whether, as since 2.1, a session whose state is kept ends with CLIENT_OFFLINE instead of
 * DISCONNECT.
 */
bool broker_version_has_offline(const struct broker_version *version);

/*
 * Tells whether, as since 2.1, the broker ends when RELOAD is answered with anything but success.
 * In earlier ones success stops the reloading half-way.
 */
bool broker_version_reloads_on_success(const struct broker_version *version);

#endif
