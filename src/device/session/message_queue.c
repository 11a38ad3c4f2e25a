/* SPDX-License-Identifier: Apache-2.0 */
/* message_queue.c - a bounded queue of messages */
#include "session/message_queue.h"
#include "complain.h"
#include "topic.h"

#include <stdlib.h>
#include <string.h>

void message_release(struct message *message)
{
	free(message->topic);
	*message = (struct message){ 0 };
}

bool message_queue_put(struct message_queue *queue, const char *topic, const void *payload,
		       size_t len)
{
	size_t name = strlen(topic) + 1;
	char *copy;

	if (name > TOPIC_MAX || len > MESSAGE_MAX) {
		complain("%s: a message of %zu bytes is dropped: it is too large", topic, len);
		return false;
	}
	if (queue->count == MESSAGE_QUEUE_MAX) {
		if (!queue->overflowed)
			complain("%s: messages are dropped: %d others wait to be read, the oldest "
				 "on %s",
				 topic, MESSAGE_QUEUE_MAX, queue->slot[queue->first].topic);
		queue->overflowed = true;
		return false;
	}
	if (!(copy = malloc(name + len + 1))) {
		complain("%s: a message is dropped: out of memory", topic);
		return false;
	}
	memcpy(copy, topic, name);
	if (len > 0)
		memcpy(copy + name, payload, len);
	copy[name + len] = '\0';
	queue->slot[(queue->first + queue->count++) % MESSAGE_QUEUE_MAX] = (struct message){
		copy, copy + name, len
	};
	return true;
}

bool message_queue_take(struct message_queue *queue, struct message *message)
{
	if (queue->count == 0)
		return false;
	*message = queue->slot[queue->first];
	queue->first = (queue->first + 1) % MESSAGE_QUEUE_MAX;
	queue->count--;
	queue->overflowed = false;
	return true;
}

void message_queue_release(struct message_queue *queue)
{
	struct message message;

	while (message_queue_take(queue, &message))
		message_release(&message);
}
