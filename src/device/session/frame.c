/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c - frames between gr-link and its clients */
#include "session/frame.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { HEAD = 4, CHUNK = 4096 };

/* Makes room for more bytes behind the ones that wait. */
static bool reserve(struct frame_buffer *b, size_t more)
{
	size_t size = b->size ? b->size : CHUNK;
	char *data;

	if (b->len + more > FRAME_BACKLOG)
		return false;
	while (size < b->len + more)
		size *= 2;
	if (size == b->size)
		return true;
	if (!(data = realloc(b->data, size)))
		return false;
	b->data = data;
	b->size = size;
	return true;
}

static void append(struct frame_buffer *b, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
}

/* Takes len bytes off the front; an emptied buffer gives back what a burst had made it grow to. */
static void consume(struct frame_buffer *b, size_t len)
{
	b->len -= len;
	if (b->len > 0)
		memmove(b->data, b->data + len, b->len);
	else if (b->size > CHUNK)
		frame_release(b);
}

bool frame_put(struct frame_buffer *to, enum frame_kind kind, const char *topic,
	       const void *payload, size_t len)
{
	size_t name = strlen(topic) + 1, body = 1 + name + len;
	unsigned char head[HEAD] = { (unsigned char)(body >> 24), (unsigned char)(body >> 16),
				     (unsigned char)(body >> 8), (unsigned char)body };
	char k = (char)kind;

	if (name > TOPIC_MAX || len > MESSAGE_MAX || !reserve(to, HEAD + body))
		return false;
	append(to, head, HEAD);
	append(to, &k, 1);
	append(to, topic, name);
	append(to, payload, len);
	return true;
}

static size_t body_size(const struct frame_buffer *b)
{
	const unsigned char *d = (const unsigned char *)b->data;

	return (size_t)d[0] << 24 | (size_t)d[1] << 16 | (size_t)d[2] << 8 | d[3];
}

int frame_first(struct frame *frame, const struct frame_buffer *from)
{
	const char *end;
	size_t body;

	if (from->len < HEAD)
		return 0;
	body = body_size(from);
	if (body < 2 || body > FRAME_MAX)
		return -1;
	if (from->len < HEAD + body)
		return 0;
	frame->kind = (enum frame_kind)from->data[HEAD];
	frame->topic = from->data + HEAD + 1;
	if (!(end = memchr(frame->topic, '\0', body - 1)))
		return -1;
	frame->payload = end + 1;
	frame->len = (size_t)(from->data + HEAD + body - frame->payload);
	return 1;
}

void frame_drop(struct frame_buffer *from)
{
	consume(from, HEAD + body_size(from));
}

int frame_receive(struct frame_buffer *to, int fd)
{
	ssize_t n;

	if (!reserve(to, CHUNK)) {
		errno = ENOBUFS;
		return -1;
	}
	n = recv(fd, to->data + to->len, to->size - to->len, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -1;
	to->len += (size_t)n;
	return n > 0;
}

int frame_send(struct frame_buffer *from, int fd)
{
	ssize_t n;

	if (from->len == 0)
		return 1;
	n = send(fd, from->data, from->len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == EPIPE)
		return 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -1;
	consume(from, (size_t)n);
	return 1;
}

void frame_release(struct frame_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct frame_buffer){ 0 };
}
