/* SPDX-License-Identifier: Apache-2.0 */
/* copy.h - messages of the plugin's own. */
#ifndef GR_BROKER_COPY_H
#define GR_BROKER_COPY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Publishes with a copy of payload; client NULL: to all who subscribe. As
 * mosquitto_broker_publish_copy would, which in 2.0 takes the copy from malloc and gives it back
 * to the broker's own count of memory: after some thousand messages that count is below zero, and
 * with a memory_limit the broker has none left. An error of Mosquitto's.
 */
int copy_publish(const char *client, const char *topic, size_t len, const void *payload, int qos,
		 bool retain);

#endif
