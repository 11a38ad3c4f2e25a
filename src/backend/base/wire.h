/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - what passes between the daemon and gr-signer or gr-notifier: one message a datagram,
 * numbers and texts in turn.
 *
 * Numbers are most significant byte first; a text is four bytes of length and its bytes. What does
 * not fit, or is not there, makes the message bad, and all that follows with it: look at bad once,
 * after the last field.
 */
#ifndef GR_BASE_WIRE_H
#define GR_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

enum { WIRE_MAX = 65536 };

struct wire {
	unsigned char data[WIRE_MAX];
	size_t len, at;		/* bytes there, bytes read */
	bool bad;
};

void wire_clear(struct wire *wire);
void wire_put_byte(struct wire *wire, unsigned char byte);
void wire_put_number(struct wire *wire, int64_t number);
void wire_put_bytes(struct wire *wire, const void *bytes, size_t len);
void wire_put_text(struct wire *wire, const char *text);

unsigned char wire_byte(struct wire *wire);
int64_t wire_number(struct wire *wire);
/* Into the message itself, *len bytes; NULL: none. */
const unsigned char *wire_bytes(size_t *len, struct wire *wire);
/* A text without NUL in it, of fewer than size bytes; else "" and bad. */
void wire_text(char *to, size_t size, struct wire *wire);
/* All of it was read, and nothing was bad. */
bool wire_is_done(const struct wire *wire);

/*
 * One datagram on a SOCK_SEQPACKET socket. False: errno says why; 0 where the other side is gone.
 */
bool wire_send(const struct wire *wire, int fd);
bool wire_receive(struct wire *wire, int fd);

#endif
