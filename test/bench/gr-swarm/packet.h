/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet.h - the few MQTT 3.1.1 packets that a rotation needs, written and read in memory.
 *
 * Writers return the number of bytes, or 0 when they do not fit size.
 */
#ifndef GR_PACKET_H
#define GR_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packet_type {	/* MQTT 3.1.1, 2.2.1 */
	PACKET_CONNECT = 1,
	PACKET_CONNACK = 2,
	PACKET_PUBLISH = 3,
	PACKET_PUBACK = 4,
	PACKET_SUBSCRIBE = 8,
	PACKET_SUBACK = 9,
	PACKET_DISCONNECT = 14
};
enum { PACKET_KEEPALIVE = 120 };	/* seconds; no simulated device lives as long */

/* Clean session. */
size_t packet_connect(uint8_t *to, size_t size, const char *client_id);
/* Two filters in one packet, each at QoS 1. */
size_t packet_subscribe(uint8_t *to, size_t size, uint16_t id, const char *first,
			const char *second);
/* At QoS 1. */
size_t packet_publish(uint8_t *to, size_t size, uint16_t id, const char *topic,
		      const char *payload);
size_t packet_puback(uint8_t *to, size_t size, uint16_t id);
size_t packet_disconnect(uint8_t *to, size_t size);

struct packet {
	enum packet_type type;
	unsigned flags;		/* the low half of the first byte */
	const uint8_t *body;	/* points into what was read */
	size_t len;
};
/* Takes the first packet; returns its size. 0: it is not all there yet. -1: no packet. */
long packet_read(struct packet *p, const uint8_t *bytes, size_t len);

struct packet_message {
	const char *topic, *payload;	/* topic_len and payload_len bytes, no NUL */
	size_t topic_len, payload_len;
	uint16_t id;			/* 0: QoS 0, wants no PUBACK */
};
/* False: not a well-formed PUBLISH. */
bool packet_read_message(struct packet_message *m, const struct packet *p);

#endif
