/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - an MQTT session, of gr-link or our own */
#include "session/session.h"
#include "clock.h"
#include "complain.h"
#include "config/settings.h"
#include "session/connect_options.h"
#include "session/link_socket.h"
#include "session/mqtt.h"
#include "str.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A connection of our own. */
struct session_own {
	struct connect_options options;
	struct mqtt mqtt;
};

static enum status connect_own(struct session *s, const struct conf *conf, uint32_t generation)
{
	struct connect_options *options = &s->own->options;
	int64_t deadline;
	enum status st;

	if ((st = connect_options_load(options, conf, generation)) != GR_OK)
		return st;
	deadline = clock_boot_ms() + s->timeout_ms;
	st = mqtt_open(&s->own->mqtt, &options->setup, options->client, &s->queue, deadline);
	return st == GR_NO ? GR_FAIL : st;
}

static enum status open_own(struct session *s, const struct conf *conf, uint32_t generation)
{
	enum status st;

	if (!(s->own = calloc(1, sizeof *s->own))) {
		complain("%s: out of memory", s->thing);
		return GR_FAIL;
	}
	if ((st = connect_own(s, conf, generation)) == GR_OK)
		return GR_OK;
	free(s->own);
	s->own = NULL;
	return st;
}

enum status session_open(struct session *s, const struct conf *conf, uint32_t generation)
{
	const char *path = getenv("GR_LINK_SOCKET"), *thing = conf_text(conf, CONF_THING_NAME);
	enum status st;

	*s = (struct session){
		.link = -1, .timeout_ms = INT64_C(1000) * conf_number(conf, CONF_REQUEST_TIMEOUT)
	};
	if ((st = settings_thing(conf)) != GR_OK)
		return st;
	str_copy(s->thing, sizeof s->thing, thing);	/* fits: settings_thing */
	return path && *path ? link_socket_connect(&s->link, path) : open_own(s, conf, generation);
}

void session_close(struct session *s)
{
	if (s->link >= 0)
		close(s->link);
	if (s->own)
		mqtt_close(&s->own->mqtt);
	free(s->own);
	s->own = NULL;
	frame_release(&s->in);
	frame_release(&s->out);
	message_queue_release(&s->queue);
	while (s->filter_count > 0)
		free(s->filters[--s->filter_count]);
	free(s->filters);
	s->filters = NULL;
	s->link = -1;
}

static enum status link_gone(const char *why)
{
	complain("gr-link: %s", why);
	return GR_FAIL;
}

/* The link's answer to a request, its status in the first byte of the payload. */
static enum status link_failure(const struct frame *f)
{
	enum status st = f->len > 0 && f->payload[0] == GR_NO ? GR_NO : GR_FAIL;

	complain("gr-link: %.*s", f->len > 1 ? (int)(f->len - 1) : 0, f->payload + 1);
	return st;
}

/* Takes all whole frames in; *answered is set by one that ends a request. */
static enum status link_sort(struct session *s, bool *answered)
{
	enum status st = GR_OK;
	struct frame f;
	int rc;

	while (st == GR_OK && (rc = frame_first(&f, &s->in)) != 0) {
		if (rc < 0)
			return link_gone("does not speak our protocol");
		if (f.kind == FRAME_MESSAGE)
			message_queue_put(&s->queue, f.topic, f.payload, f.len);
		else
			*answered = true;
		if (f.kind == FRAME_FAILED)
			st = link_failure(&f);
		frame_drop(&s->in);
	}
	return st;
}

/* Polls and moves bytes once. */
static enum status link_turn(struct session *s, int64_t deadline, bool *answered)
{
	struct pollfd p = { .fd = s->link,
			    .events = (short)(POLLIN | (s->out.len > 0 ? POLLOUT : 0)) };
	int64_t left = deadline - clock_boot_ms();
	int rc;

	if (poll(&p, 1, left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left) < 0)
		return errno == EINTR ? GR_OK : link_gone(strerror(errno));
	if ((p.revents & POLLOUT) && frame_send(&s->out, s->link) < 0)
		return link_gone(strerror(errno));
	if (!(p.revents & (POLLIN | POLLHUP | POLLERR)))
		return GR_OK;
	if ((rc = frame_receive(&s->in, s->link)) < 0)
		return link_gone(strerror(errno));
	if (rc == 0)
		return link_gone("has ended; its own words say why");
	return link_sort(s, answered);
}

static enum status link_request(struct session *s, enum frame_kind kind, const char *topic,
				const void *payload, size_t len)
{
	int64_t deadline = clock_boot_ms() + s->timeout_ms;
	bool answered = false;
	enum status st;

	if (!frame_put(&s->out, kind, topic, payload, len))
		return link_gone("the request is too large");
	do
		if ((st = link_turn(s, deadline, &answered)) != GR_OK)
			return st;
	while (!answered && clock_boot_ms() < deadline);
	if (answered)
		return GR_OK;
	complain("%s: no acknowledgement within %lld s", topic, (long long)(s->timeout_ms / 1000));
	return GR_FAIL;
}

/* GR_NO, silent: the broker refused. */
static enum status own_settle(struct session *s, int mid, const char *topic)
{
	int64_t deadline = clock_boot_ms() + s->timeout_ms;
	bool refused = false;
	enum status st;

	while (!mqtt_acked(&s->own->mqtt, mid, &refused)) {
		if (clock_boot_ms() >= deadline) {
			complain("%s: no acknowledgement within %lld s", topic,
				 (long long)(s->timeout_ms / 1000));
			return GR_FAIL;
		}
		if ((st = mqtt_wait(&s->own->mqtt, deadline)) != GR_OK)
			return st;
	}
	return refused ? GR_NO : GR_OK;
}

static enum status own_subscribe(struct session *s, const char *filter)
{
	int mid;
	enum status st = mqtt_subscribe(&s->own->mqtt, &mid, filter);

	return st == GR_OK ? own_settle(s, mid, filter) : st;
}

static bool is_wanted(const struct session *s, const char *filter)
{
	for (size_t i = 0; i < s->filter_count; i++)
		if (strcmp(s->filters[i], filter) == 0)
			return true;
	return false;
}

static enum status note_wanted(struct session *s, const char *filter)
{
	char **more = realloc(s->filters, (s->filter_count + 1) * sizeof *more);

	if (more)
		s->filters = more;
	if (more && (more[s->filter_count] = strdup(filter))) {
		s->filter_count++;
		return GR_OK;
	}
	complain("%s: out of memory", filter);
	return GR_FAIL;
}

enum status session_listen(struct session *s, const char *filter)
{
	enum status st;

	if (is_wanted(s, filter))
		return GR_OK;
	st = s->link >= 0 ? link_request(s, FRAME_LISTEN, filter, NULL, 0)
			  : own_subscribe(s, filter);
	return st == GR_OK || (st == GR_NO && s->link < 0) ? note_wanted(s, filter) : st;
}

enum status session_subscribe(struct session *s, const char *filter)
{
	enum status st;

	if (is_wanted(s, filter))
		return GR_OK;
	if (s->link >= 0)
		st = link_request(s, FRAME_SUBSCRIBE, filter, NULL, 0);
	else if ((st = own_subscribe(s, filter)) == GR_NO)
		complain("%s: the broker refused the subscription", filter);
	return st == GR_OK ? note_wanted(s, filter) : st;
}

enum status session_publish(struct session *s, const char *topic, const void *payload, size_t len)
{
	enum status st;
	int mid;

	if (s->link >= 0)
		return link_request(s, FRAME_PUBLISH, topic, payload, len);
	st = mqtt_publish(&s->own->mqtt, &mid, topic, payload, len);
	return st == GR_OK ? own_settle(s, mid, topic) : st;
}

enum status session_receive(struct session *s, struct message *message, int64_t deadline)
{
	bool answered = false;
	enum status st;

	while (!message_queue_take(&s->queue, message)) {
		if (clock_boot_ms() >= deadline)
			return GR_NO;
		st = s->link >= 0 ? link_turn(s, deadline, &answered)
				  : mqtt_wait(&s->own->mqtt, deadline);
		if (st != GR_OK)
			return st;
	}
	return GR_OK;
}
