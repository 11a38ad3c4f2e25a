/* SPDX-License-Identifier: Apache-2.0 */
/* publish.c - messages of the plugin's own */
#include "broker/publish.h"
#include "broker/mosquitto_api.h"

#include <string.h>

int publish_copy(const char *client, const char *topic, size_t len, const void *payload, int qos,
		 bool retain)
{
	char *own = mosquitto_malloc(len + 1);
	int rc;

	if (!own)
		return MOSQ_ERR_NOMEM;
	if (len > 0)
		memcpy(own, payload, len);
	own[len] = '\0';
	rc = mosquitto_broker_publish(client, topic, (int)len, own, qos, retain, NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		mosquitto_free(own);
	return rc;
}
