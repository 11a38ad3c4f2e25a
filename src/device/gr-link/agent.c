/* SPDX-License-Identifier: Apache-2.0 */
/* agent.c - one session, used by several programs */
#define _GNU_SOURCE	/* accept4 */
#include "gr-link/agent.h"
#include "complain.h"
#include "session/link_socket.h"
#include "str.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURN_MS = 5000, AT_MQTT = 0, AT_LISTENER, AT_STDIN, AT_SIGNALS, AT_CLIENTS };

#define EACH_CLIENT(c, agent) \
	struct client *c = (agent)->client; \
	c < (agent)->client + AGENT_CLIENTS; \
	c++

static const char babble[] = "does not speak our protocol";

void agent_init(struct agent *agent, struct mqtt *mqtt, struct message_queue *queue, int listener,
		int signals)
{
	*agent = (struct agent){
		.mqtt = mqtt, .queue = queue, .listener = listener, .signals = signals
	};
	for (EACH_CLIENT(client, agent))
		client->fd = -1;
}

void agent_release(struct agent *agent)
{
	for (EACH_CLIENT(client, agent))
		client_drop(client);
}

/* The answer fits into the buffer of a new socket, so that one call sends it. */
static void refuse(int fd, const char *why)
{
	struct client client;

	complain("a client is refused: %s", why);
	client_init(&client, fd, 0);
	client_answer(&client, GR_FAIL, why);
	frame_send(&client.out, fd);
	client_drop(&client);
}

static void admit(struct agent *agent)
{
	int fd = accept4(agent->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	char why[64];
	long pid;

	if (fd < 0)
		return;
	if (!link_socket_peer_is_us(fd, &pid)) {
		complain("a client is refused: it runs as another user");
		close(fd);
		return;
	}
	for (EACH_CLIENT(client, agent))
		if (client->fd < 0) {
			client_init(client, fd, pid);
			return;
		}
	str_format(why, sizeof why, "%d programs use the session already", AGENT_CLIENTS);
	refuse(fd, why);
}

static void settle_subscription(struct agent *agent, size_t place, bool refused)
{
	agent->subscription[place].mid = 0;
	agent->subscription[place].refused = refused;
	for (EACH_CLIENT(client, agent)) {
		bool strict = client->request == REQUEST_SUBSCRIBE;
		bool failed = refused && strict;

		if (client->fd < 0 || client->place != place)
			continue;
		if (!strict && client->request != REQUEST_LISTEN)
			continue;
		client->wants[place] = !failed;
		client_answer(client, failed ? GR_NO : GR_OK,
			      failed ? "the broker refused the subscription" : NULL);
	}
}

/* Hands the broker's acknowledgements to those who wait for them. */
static void settle(struct agent *agent)
{
	bool refused = false;

	for (size_t i = 0; i < SUBSCRIPTIONS; i++)
		if (mqtt_acked(agent->mqtt, agent->subscription[i].mid, &refused))
			settle_subscription(agent, i, refused);
	for (EACH_CLIENT(client, agent))
		if (client->fd >= 0 && client->request == REQUEST_PUBLISH &&
		    mqtt_acked(agent->mqtt, client->mid, &refused))
			client_answer(client, GR_OK, NULL);
}

static void deliver(struct agent *agent)
{
	struct message message;

	while (message_queue_take(agent->queue, &message)) {
		for (EACH_CLIENT(client, agent))
			client_pass(client, agent->subscription, &message);
		message_release(&message);
	}
}

/* True once the other end of standard input is gone: whoever started us has ended. */
static bool is_over(short revents)
{
	char drain[256];
	ssize_t n;

	if (!(revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)))
		return false;
	n = read(STDIN_FILENO, drain, sizeof drain);
	return n == 0 || (n < 0 && errno != EINTR);
}

/* A request that MQTT does not allow fails for its sender alone. */
static enum status answer_bad(struct client *client, enum status st)
{
	if (st != GR_BAD)
		return st;
	client_answer(client, GR_FAIL, "MQTT allows no such topic");
	return GR_OK;
}

static void all_wanted(bool wanted[static SUBSCRIPTIONS], const struct agent *agent)
{
	memset(wanted, 0, SUBSCRIPTIONS * sizeof *wanted);
	for (size_t c = 0; c < AGENT_CLIENTS; c++)
		for (size_t i = 0; i < SUBSCRIPTIONS; i++)
			wanted[i] |= agent->client[c].wants[i];
}

static enum status subscribe(struct client *client, struct agent *agent, const char *filter,
			     bool strict)
{
	bool wanted[SUBSCRIPTIONS];
	char why[250];
	enum status st;

	all_wanted(wanted, agent);
	st = filter[0] == '\0' || strlen(filter) >= TOPIC_MAX
	    ? GR_BAD
	    : subscription_make(&client->place, agent->subscription, wanted, agent->mqtt, filter,
				strict);
	if (st == GR_NO) {
		str_format(why, sizeof why, "%.180s: no room: the clients want %d other filters",
			   filter, SUBSCRIPTIONS);
		complain("%s", why);
		client_answer(client, GR_FAIL, why);
		return GR_OK;
	}
	if (st != GR_OK)
		return answer_bad(client, st);
	client->wants[client->place] = true;
	client->request = strict ? REQUEST_SUBSCRIBE : REQUEST_LISTEN;
	if (agent->subscription[client->place].mid == 0)
		client_answer(client, GR_OK, NULL);
	return GR_OK;
}

static enum status publish(struct client *client, struct agent *agent, const struct frame *f)
{
	enum status st = mqtt_publish(agent->mqtt, &client->mid, f->topic, f->payload, f->len);

	client->request = REQUEST_PUBLISH;
	return st == GR_OK ? GR_OK : answer_bad(client, st);
}

static enum status serve_one(struct client *client, struct agent *agent, const struct frame *f)
{
	switch (f->kind) {
	case FRAME_LISTEN:
	case FRAME_SUBSCRIBE:
		return subscribe(client, agent, f->topic, f->kind == FRAME_SUBSCRIBE);
	case FRAME_PUBLISH:
		return publish(client, agent, f);
	default:
		client_expel(client, babble);
		return GR_OK;
	}
}

/* Takes the requests that are here whole, until one has to wait for the broker. */
static enum status serve_all(struct client *client, struct agent *agent)
{
	enum status st = GR_OK;
	struct frame f;
	int rc = 0;

	while (st == GR_OK && client->fd >= 0 && client->request == REQUEST_NONE) {
		rc = frame_first(&f, &client->in);
		if (rc <= 0)
			break;
		st = serve_one(client, agent, &f);
		if (client->fd >= 0)
			frame_drop(&client->in);
	}
	if (rc < 0)
		client_expel(client, babble);
	return st;
}

static enum status turn(struct agent *agent, const struct pollfd *p)
{
	enum status st = mqtt_turn(agent->mqtt, p[AT_MQTT].revents);

	for (size_t i = 0; i < AGENT_CLIENTS && st == GR_OK; i++) {
		struct client *client = &agent->client[i];

		if (p[AT_CLIENTS + i].fd >= 0 && client_move(client, p[AT_CLIENTS + i].revents))
			st = serve_all(client, agent);
	}
	if (st != GR_OK)
		return st;
	settle(agent);
	deliver(agent);
	if (p[AT_LISTENER].revents & POLLIN)
		admit(agent);
	return GR_OK;
}

enum status agent_run(struct agent *agent)
{
	struct pollfd p[AT_CLIENTS + AGENT_CLIENTS];
	enum status st = GR_OK;

	while (st == GR_OK) {
		p[AT_MQTT] = mqtt_pollfd(agent->mqtt);
		p[AT_LISTENER] = (struct pollfd){ .fd = agent->listener, .events = POLLIN };
		p[AT_STDIN] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		p[AT_SIGNALS] = (struct pollfd){ .fd = agent->signals, .events = POLLIN };
		for (size_t i = 0; i < AGENT_CLIENTS; i++)
			p[AT_CLIENTS + i] = client_pollfd(&agent->client[i]);
		if (poll(p, AT_CLIENTS + AGENT_CLIENTS, TURN_MS) < 0) {
			if (errno == EINTR)
				continue;
			complain("poll: %s", strerror(errno));
			return GR_FAIL;
		}
		if (is_over(p[AT_STDIN].revents) || (p[AT_SIGNALS].revents & POLLIN))
			return GR_OK;
		st = turn(agent, p);
	}
	return st;
}
