/* SPDX-License-Identifier: Apache-2.0 */
/* inbox.h - messages received and not yet looked at: a bounded queue. */
#ifndef GR_SESSION_INBOX_H
#define GR_SESSION_INBOX_H

#include <stdbool.h>
#include <stddef.h>

enum { INBOX_MESSAGES = 64, MESSAGE_MAX = 128 * 1024 /* bytes of payload */ };

struct message {
	char *topic;		/* one allocation with the payload behind it */
	const char *payload;	/* len bytes and a NUL */
	size_t len;
};
void message_release(struct message *message);	/* takes a zeroed struct */

struct inbox {
	struct message slot[INBOX_MESSAGES];
	size_t first, count;
	bool overflowed;	/* since one was taken out last */
};
/*
 * Copies the message in. False: there is no room, the message is dropped. One line, but for one
 * overflow no more than that.
 */
bool inbox_put(struct inbox *inbox, const char *topic, const void *payload, size_t len);
/* Takes the oldest out into *message (release it). False: there is none. */
bool inbox_take(struct inbox *inbox, struct message *message);
void inbox_release(struct inbox *inbox);

#endif
