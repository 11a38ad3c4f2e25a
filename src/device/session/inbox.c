/* SPDX-License-Identifier: Apache-2.0 */
/* inbox.c - a bounded queue of messages */
#include "session/inbox.h"
#include "complain.h"
#include "topic.h"

#include <stdlib.h>
#include <string.h>

void message_release(struct message *message)
{
	free(message->topic);
	*message = (struct message){ 0 };
}

bool inbox_put(struct inbox *inbox, const char *topic, const void *payload, size_t len)
{
	size_t name = strlen(topic) + 1;
	char *copy;

	if (name > TOPIC_MAX || len > MESSAGE_MAX) {
		complain("%s: a message of %zu bytes is dropped: it is too large", topic, len);
		return false;
	}
	if (inbox->count == INBOX_MESSAGES) {
		if (!inbox->overflowed)
			complain("%s: messages are dropped: %d others wait to be read, the oldest "
				 "on %s",
				 topic, INBOX_MESSAGES, inbox->slot[inbox->first].topic);
		inbox->overflowed = true;
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
	inbox->slot[(inbox->first + inbox->count++) % INBOX_MESSAGES] = (struct message){
		copy, copy + name, len
	};
	return true;
}

bool inbox_take(struct inbox *inbox, struct message *message)
{
	if (inbox->count == 0)
		return false;
	*message = inbox->slot[inbox->first];
	inbox->first = (inbox->first + 1) % INBOX_MESSAGES;
	inbox->count--;
	inbox->overflowed = false;
	return true;
}

void inbox_release(struct inbox *inbox)
{
	struct message message;

	while (inbox_take(inbox, &message))
		message_release(&message);
}
