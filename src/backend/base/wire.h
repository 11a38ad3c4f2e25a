/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - messages between the daemon and gr-signer or gr-notifier: one datagram each, which
 * holds bytes, numbers and texts one after the other.
 *
 * A number is eight bytes, most significant first; a text is its length in four bytes, then its
 * bytes. A field that does not fit, or that is missing when it is read, sets bad, and then no
 * later field is written or read: it is enough to test bad once, after the last field.
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
	size_t len, at;		/* bytes of the message, bytes of it that were read */
	bool bad;
};

void wire_clear(struct wire *wire);
void wire_put_byte(struct wire *wire, unsigned char byte);
void wire_put_number(struct wire *wire, int64_t number);
void wire_put_bytes(struct wire *wire, const void *bytes, size_t len);
void wire_put_text(struct wire *wire, const char *text);

unsigned char wire_byte(struct wire *wire);
int64_t wire_number(struct wire *wire);
/* Reads a text: returns a pointer into the message, to *len bytes. NULL: bad is set. */
const unsigned char *wire_bytes(size_t *len, struct wire *wire);
/* Copies a text of fewer than size bytes and without a NUL into to; else sets bad, and to "". */
void wire_text(char *to, size_t size, struct wire *wire);
/* Was the whole message read, and is it not bad? */
bool wire_is_done(const struct wire *wire);

/*
 * Sends or receives one datagram on a SOCK_SEQPACKET socket. False: errno says why; it is 0 where
 * the other side has closed the connection.
 */
bool wire_send(const struct wire *wire, int fd);
bool wire_receive(struct wire *wire, int fd);

#endif
