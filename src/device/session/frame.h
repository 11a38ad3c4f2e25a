/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - what passes between gr-link and the programs that use its session.
 *
 * A frame is four bytes of length (most significant first), then that many bytes: one of kind, a
 * topic with its NUL, a payload. Each LISTEN, SUBSCRIBE and PUBLISH is answered by one DONE or
 * FAILED (payload: one byte of status, then the reason); MESSAGE comes at any time.
 */
#ifndef GR_SESSION_FRAME_H
#define GR_SESSION_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "session/message_queue.h"
#include "topic.h"

enum frame_kind {
	/* forward messages that match this filter; it is no failure if the broker refuses it */
	FRAME_LISTEN = 'l',
	FRAME_SUBSCRIBE = 's', /* the same; FAILED if the broker refuses it */
	FRAME_PUBLISH = 'p',
	FRAME_DONE = 'd', /* PUBLISH: the broker has it */
	FRAME_FAILED = 'f',
	FRAME_MESSAGE = 'm'
};
enum { FRAME_MAX = 1 + TOPIC_MAX + MESSAGE_MAX, FRAME_BACKLOG = 8 * FRAME_MAX };

struct frame {
	enum frame_kind kind;
	const char *topic, *payload;	/* into the buffer, until it is changed */
	size_t len;
};
/* Bytes on their way; a zeroed struct is an empty one. */
struct frame_buffer {
	char *data;
	size_t len, size;
};

/* Appends a frame. False: out of memory, or more than FRAME_BACKLOG bytes wait. Silent. */
bool frame_put(struct frame_buffer *to, enum frame_kind kind, const char *topic,
	       const void *payload, size_t len);
/*
 * Looks at the first frame of from, which stays until frame_drop. Returns 1: it is there; 0: not
 * all of it has come yet; -1: the bytes are no frame.
 */
int frame_first(struct frame *frame, const struct frame_buffer *from);
void frame_drop(struct frame_buffer *from); /* removes the first frame */

/*
 * Reads from fd, or writes to it, as much as is possible without waiting. Returns 1: done, or it
 * would have to wait; 0: the other side is gone; -1: an error, see errno.
 */
int frame_receive(struct frame_buffer *to, int fd);
int frame_send(struct frame_buffer *from, int fd);
void frame_release(struct frame_buffer *buffer);

#endif
