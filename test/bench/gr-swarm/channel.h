/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel.h - one TLS connection of a simulated device, never waited for.
 *
 * A channel is registered edge-triggered with the caller's epoll instance: after each of its
 * events, and after something was queued, channel_turn does all that can be done without waiting.
 * Nothing here complains: on GR_FAIL channel_reason says why, and the channel is to be closed.
 */
#ifndef GR_CHANNEL_H
#define GR_CHANNEL_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gr-swarm/packet.h"
#include "status.h"

enum { CHANNEL_IN = 8192, CHANNEL_OUT = 4096 };

/* Starts and ends zeroed. */
struct channel {
	int fd;
	SSL *ssl;		/* NULL: closed */
	size_t in_len, in_used, out_len;
	uint8_t in[CHANNEL_IN], out[CHANNEL_OUT];
	char reason[160];
};

/* Starts a full handshake as the holder of the pair; data comes back with the events. */
enum status channel_open(struct channel *c, int epoll, void *data, SSL_CTX *ctx,
			 const struct sockaddr_in *to, X509 *cert, EVP_PKEY *key);
/* Says goodbye as far as that needs no waiting. */
void channel_close(struct channel *c);

/* Takes over n bytes that a writer put at channel_room; n 0 (they did not fit) is a failure. */
uint8_t *channel_room(struct channel *c, size_t *size);
enum status channel_queue(struct channel *c, size_t n);
enum status channel_turn(struct channel *c);
/*
 * The next packet that has come, valid until the next call of any of these. GR_NO: none for now.
 */
enum status channel_packet(struct channel *c, struct packet *p);
const char *channel_reason(const struct channel *c);

#endif
