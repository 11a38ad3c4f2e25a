/* SPDX-License-Identifier: Apache-2.0 */
/* packet.c - the MQTT packets of a rotation */
#include "gr-swarm/packet.h"

#include <string.h>

enum { QOS_1 = 2, CLEAN_SESSION = 2, LENGTH_BYTES = 4 };

struct writer {
	uint8_t *to;
	size_t size, used;
	bool full;
};

static void put(struct writer *w, const void *bytes, size_t len)
{
	if (w->full || len > w->size - w->used) {
		w->full = true;
		return;
	}
	memcpy(w->to + w->used, bytes, len);
	w->used += len;
}

static void put_byte(struct writer *w, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	put(w, &byte, 1);
}

static void put_u16(struct writer *w, unsigned value)
{
	put_byte(w, value >> 8);
	put_byte(w, value & 0xff);
}

static void put_text(struct writer *w, const char *text)
{
	put_u16(w, (unsigned)strlen(text));
	put(w, text, strlen(text));
}

/* The fixed header; len counts what follows it (2.2.3). */
static struct writer begin(uint8_t *to, size_t size, enum packet_type type, unsigned flags,
			   size_t len)
{
	struct writer w = { .to = to, .size = size };

	put_byte(&w, (unsigned)type << 4 | flags);
	do {
		put_byte(&w, (unsigned)(len & 0x7f) | (len > 0x7f ? 0x80 : 0));
		len >>= 7;
	} while (len > 0);
	return w;
}

static size_t end(const struct writer *w)
{
	return w->full ? 0 : w->used;
}

size_t packet_connect(uint8_t *to, size_t size, const char *client_id)
{
	struct writer w = begin(to, size, PACKET_CONNECT, 0, 10 + 2 + strlen(client_id));

	put_text(&w, "MQTT");
	put_byte(&w, 4);	/* the protocol level of 3.1.1 */
	put_byte(&w, CLEAN_SESSION);
	put_u16(&w, PACKET_KEEPALIVE);
	put_text(&w, client_id);
	return end(&w);
}

size_t packet_subscribe(uint8_t *to, size_t size, uint16_t id, const char *first,
			const char *second)
{
	struct writer w = begin(to, size, PACKET_SUBSCRIBE, QOS_1,
				2 + 2 + strlen(first) + 1 + 2 + strlen(second) + 1);

	put_u16(&w, id);
	put_text(&w, first);
	put_byte(&w, 1);
	put_text(&w, second);
	put_byte(&w, 1);
	return end(&w);
}

size_t packet_publish(uint8_t *to, size_t size, uint16_t id, const char *topic,
		      const char *payload)
{
	struct writer w = begin(to, size, PACKET_PUBLISH, QOS_1,
				2 + strlen(topic) + 2 + strlen(payload));

	put_text(&w, topic);
	put_u16(&w, id);
	put(&w, payload, strlen(payload));
	return end(&w);
}

size_t packet_puback(uint8_t *to, size_t size, uint16_t id)
{
	struct writer w = begin(to, size, PACKET_PUBACK, 0, 2);

	put_u16(&w, id);
	return end(&w);
}

size_t packet_disconnect(uint8_t *to, size_t size)
{
	struct writer w = begin(to, size, PACKET_DISCONNECT, 0, 0);

	return end(&w);
}

long packet_read(struct packet *p, const uint8_t *bytes, size_t len)
{
	size_t body = 0, head = 1;

	do {
		if (head > LENGTH_BYTES)
			return -1;
		if (head >= len)
			return 0;
		body |= (size_t)(bytes[head] & 0x7f) << 7 * (head - 1);
	} while (bytes[head++] & 0x80);
	if (len - head < body)
		return 0;
	*p = (struct packet){ .type = (enum packet_type)(bytes[0] >> 4),
			      .flags = bytes[0] & 0xf,
			      .body = bytes + head,
			      .len = body };
	return (long)(head + body);
}

bool packet_read_message(struct packet_message *m, const struct packet *p)
{
	unsigned qos = p->flags >> 1 & 3;
	size_t head;

	if (p->type != PACKET_PUBLISH || p->len < 2)
		return false;
	*m = (struct packet_message){ .topic = (const char *)p->body + 2,
				      .topic_len = (size_t)p->body[0] << 8 | p->body[1] };
	head = 2 + m->topic_len + (qos ? 2 : 0);
	if (head > p->len)
		return false;
	if (qos)
		m->id = (uint16_t)(p->body[head - 2] << 8 | p->body[head - 1]);
	m->payload = (const char *)p->body + head;
	m->payload_len = p->len - head;
	return true;
}
