/* SPDX-License-Identifier: Apache-2.0 */
/* wire.c - messages of numbers and texts */
#include "base/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void wire_clear(struct wire *wire)
{
	wire->len = wire->at = 0;
	wire->bad = false;
}

static void put(struct wire *wire, const void *bytes, size_t len)
{
	wire->bad |= len > sizeof wire->data - wire->len;
	if (wire->bad || len == 0)
		return;
	memcpy(wire->data + wire->len, bytes, len);
	wire->len += len;
}

void wire_put_byte(struct wire *wire, unsigned char byte)
{
	put(wire, &byte, 1);
}

static void put_big_endian(struct wire *wire, uint64_t value, size_t size)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(value >> 8 * (size - 1 - i));
	put(wire, bytes, size);
}

void wire_put_number(struct wire *wire, int64_t number)
{
	put_big_endian(wire, (uint64_t)number, 8);
}

void wire_put_bytes(struct wire *wire, const void *bytes, size_t len)
{
	put_big_endian(wire, len, 4);
	put(wire, bytes, len);
}

void wire_put_text(struct wire *wire, const char *text)
{
	wire_put_bytes(wire, text, strlen(text));
}

static const unsigned char *take(struct wire *wire, size_t len)
{
	const unsigned char *at = wire->data + wire->at;

	wire->bad |= len > wire->len - wire->at;
	if (wire->bad)
		return NULL;
	wire->at += len;
	return at;
}

static uint64_t take_big_endian(struct wire *wire, size_t size)
{
	const unsigned char *at = take(wire, size);
	uint64_t value = 0;

	for (size_t i = 0; at && i < size; i++)
		value = value << 8 | at[i];
	return value;
}

unsigned char wire_byte(struct wire *wire)
{
	return (unsigned char)take_big_endian(wire, 1);
}

int64_t wire_number(struct wire *wire)
{
	return (int64_t)take_big_endian(wire, 8);
}

const unsigned char *wire_bytes(size_t *len, struct wire *wire)
{
	const unsigned char *at;

	*len = (size_t)take_big_endian(wire, 4);
	at = take(wire, *len);
	if (!at)
		*len = 0;
	return at;
}

void wire_text(char *to, size_t size, struct wire *wire)
{
	size_t len;
	const unsigned char *at = wire_bytes(&len, wire);

	wire->bad |= !at || len >= size || memchr(at, '\0', len);
	to[0] = '\0';
	if (wire->bad)
		return;
	memcpy(to, at, len);
	to[len] = '\0';
}

bool wire_is_done(const struct wire *wire)
{
	return !wire->bad && wire->at == wire->len;
}

bool wire_send(const struct wire *wire, int fd)
{
	ssize_t n;

	if (wire->bad) {
		errno = EMSGSIZE;
		return false;
	}
	do
		n = send(fd, wire->data, wire->len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)wire->len;
}

bool wire_receive(struct wire *wire, int fd)
{
	struct iovec to = { wire->data, sizeof wire->data };
	struct msghdr message = { .msg_iov = &to, .msg_iovlen = 1 };
	ssize_t n;

	wire_clear(wire);
	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = 0;
	if (n > 0 && (message.msg_flags & MSG_TRUNC)) {
		errno = EMSGSIZE;
		return false;
	}
	wire->len = n > 0 ? (size_t)n : 0;
	return n > 0;
}
