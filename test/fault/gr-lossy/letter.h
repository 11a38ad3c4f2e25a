/* SPDX-License-Identifier: Apache-2.0 */
/* letter.h - one message between a thing and the backend, as it passes through the broker. */
#ifndef GR_LETTER_H
#define GR_LETTER_H

#include <stdbool.h>
#include <stddef.h>

#include "topic.h"

enum { LETTER_TOPIC_MAX = 3 + 64 + 1 + 2 * TOPIC_CLIENT_MAX + 1 + TOPIC_MAX };

struct letter {
	char thing[129];
	/* the topic below the thing, "jobs/get"; "gr/connected/probe" for a report of T#probe */
	char name[TOPIC_MAX];
	bool to_device;
	/* for this client alone; "": for all who subscribed */
	char client[TOPIC_CLIENT_MAX + 1];
	/* what the broker would route it by, once gr-broker.so has seen it */
	char topic[LETTER_TOPIC_MAX];
	const void *payload;		/* borrowed */
	size_t len;
};

/*
 * Reads the addresses of a message with this topic; payload is left alone. certificate and client:
 * of the device that sent it, NULL for the backend and for a report of gr-broker.so. False: no
 * part of a thing's conversation.
 */
bool letter_read(struct letter *letter, const char *topic, const char *certificate,
		 const char *client);

#endif
