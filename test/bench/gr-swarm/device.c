/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - a simulated device */
#include "gr-swarm/script.h"
#include "complain.h"
#include "str.h"
#include "tick.h"

#include <string.h>

enum status device_fail(struct device *d, const char *why)
{
	str_format(d->channel.reason, sizeof d->channel.reason, "%.150s", why);
	return GR_FAIL;
}

/* A goodbye that does not arrive is no failure. */
void device_hang_up(struct device *d)
{
	size_t size;
	uint8_t *to = channel_room(&d->channel, &size);

	if (channel_queue(&d->channel, packet_disconnect(to, size)) == GR_OK)
		(void)channel_turn(&d->channel);
	channel_close(&d->channel);
}

const char *stage_name(enum stage stage)
{
	return stages[stage].name;
}

bool stage_is_jobs(enum stage stage)
{
	return stage == STAGE_FIND || stage == STAGE_UPDATE || stage == STAGE_ASK ||
	    stage == STAGE_FINAL;
}

void pair_release(struct pair *pair)
{
	EVP_PKEY_free(pair->key);
	X509_free(pair->cert);
	*pair = (struct pair){ 0 };
}

void device_release(struct device *d)
{
	if (d->channel.ssl)
		channel_close(&d->channel);
	pair_release(&d->live);
	pair_release(&d->next);
}

/* The stage is behind us: its time is taken, the next one begins. GR_NO after the last. */
static enum status advance(struct device *d, const struct world *w)
{
	int64_t now = tick_us();

	d->took[d->stage++] = now - d->since;
	d->since = now;
	return d->stage == STAGE_COUNT || w->task != TASK_ROTATE ? GR_NO
								 : stages[d->stage].begin(d, w);
}

static enum status take_message(struct device *d, const struct world *w, const struct packet *p)
{
	size_t len = strlen(d->topic), size;
	struct packet_message m;
	json_t *answer;
	enum status st;
	uint8_t *to;

	if (!packet_read_message(&m, p))
		return device_fail(d, "the broker sent no MQTT");
	to = channel_room(&d->channel, &size);
	if (m.id && (st = channel_queue(&d->channel, packet_puback(to, size, m.id))) != GR_OK)
		return st;
	if (!stages[d->stage].take || m.topic_len != len + strlen("/accepted") ||
	    memcmp(m.topic, d->topic, len) != 0)
		return GR_OK;
	if (memcmp(m.topic + len, "/accepted", strlen("/accepted")) != 0) {
		str_format(d->channel.reason, sizeof d->channel.reason, "refused: %.*s",
			   (int)(m.payload_len > 140 ? 140 : m.payload_len), m.payload);
		return GR_FAIL;
	}
	if (!(answer = json_object_parse(m.payload, m.payload_len)))
		return device_fail(d, "the answer is not a JSON object");
	st = stages[d->stage].take(d, answer);
	json_decref(answer);
	return st == GR_OK ? advance(d, w) : st;
}

static enum status take_packet(struct device *d, const struct world *w, const struct packet *p)
{
	switch (p->type) {
	case PACKET_CONNACK:
		if (stages[d->stage].take || p->len != 2 || p->body[1] != 0)
			return device_fail(d, "the broker refused us");
		return advance(d, w);
	case PACKET_SUBACK:
		return p->len == 4 && p->body[2] <= 2 && p->body[3] <= 2
		    ? GR_OK
		    : device_fail(d, "the broker refused a subscription");
	case PACKET_PUBLISH:
		return take_message(d, w, p);
	default:
		return GR_OK;
	}
}

/*
 * All that can be done without waiting. A packet may end a stage, and so queue what is to
 * be sent next.
 */
static enum status work(struct device *d, const struct world *w)
{
	struct packet p;
	enum status st = channel_turn(&d->channel);

	while (st == GR_OK && (st = channel_packet(&d->channel, &p)) == GR_OK)
		if ((st = take_packet(d, w, &p)) != GR_OK)
			return st;
	if (st == GR_NO && d->channel.out_len > 0)
		st = channel_turn(&d->channel);
	return st == GR_NO ? GR_OK : st;
}

void device_abandon(struct device *d, const char *why)
{
	complain("%s: %s: %s", d->thing, stages[d->stage].name, why);
	channel_close(&d->channel);
	pair_release(&d->next);
}

static enum outcome judge(struct device *d, const struct world *w, enum status st)
{
	if (st == GR_OK)
		return DEVICE_UNDER_WAY;
	if (st != GR_NO) {
		device_abandon(d, channel_reason(&d->channel));
		return DEVICE_FAILED;
	}
	if (w->task == TASK_STAY)
		return DEVICE_STAYS;
	device_hang_up(d);
	if (w->task == TASK_CONNECT)
		return DEVICE_DONE;
	if (d->stage != STAGE_COUNT)
		return DEVICE_HAS_NO_JOB;
	pair_release(&d->live);
	d->live = d->next;
	d->next = (struct pair){ 0 };
	return DEVICE_DONE;
}

enum outcome device_start(struct device *d, const struct world *w)
{
	d->stage = STAGE_CONNECT_OLD;
	d->since = tick_us();
	return judge(d, w, stages[d->stage].begin(d, w));
}

enum outcome device_turn(struct device *d, const struct world *w)
{
	return judge(d, w, work(d, w));
}
