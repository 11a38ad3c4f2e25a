/* SPDX-License-Identifier: Apache-2.0 */
/* publish.h - publishes messages of the plugin's own. */
#ifndef GR_BROKER_PUBLISH_H
#define GR_BROKER_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Publishes a copy of payload to one client; NULL: to all who subscribe. The result is a MOSQ_ERR
 * value.
 *
 * mosquitto_broker_publish_copy would do the same, but in 2.0 it allocates the copy with malloc
 * and frees it through the broker's own account of memory. After some thousand messages that
 * account is below zero, and a broker with a memory_limit has none left.
 */
int publish_copy(const char *client, const char *topic, size_t len, const void *payload, int qos,
		 bool retain);

#endif
