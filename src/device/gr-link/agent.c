/* SPDX-License-Identifier: Apache-2.0 */
/* agent.c - one session, lent to several programs */
#define _GNU_SOURCE	/* accept4 */
#include "gr-link/agent.h"
#include "complain.h"
#include "gr-link/client.h"
#include "session/socket.h"
#include "str.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURN_MS = 5000, AT_MQTT = 0, AT_LISTENER, AT_STDIN, AT_SIGNALS, AT_BORROWERS };

#define EACH_BORROWER(b, lender) struct client *b = (lender)->borrower; b < (lender)->borrower + AGENT_BORROWERS; b++

void agent_init(struct agent *lender, struct mqtt *mqtt, struct inbox *inbox, int listener,
		int signals)
{
	*lender = (struct agent){
		.mqtt = mqtt, .inbox = inbox, .listener = listener, .signals = signals
	};
	for (EACH_BORROWER(b, lender))
		b->fd = -1;
}

void agent_release(struct agent *lender)
{
	for (EACH_BORROWER(b, lender))
		client_drop(b);
}

/* It is told why before it is closed off; a socket that is new takes that much. */
static void send_away(int fd, const char *why)
{
	struct client b;

	complain("a borrower is sent away: %s", why);
	client_init(&b, fd, 0);
	client_answer(&b, GR_FAIL, why);
	frame_send(&b.out, fd);
	client_drop(&b);
}

static void admit(struct agent *lender)
{
	int fd = accept4(lender->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	char why[64];
	long pid;

	if (fd < 0)
		return;
	if (!socket_peer_is_us(fd, &pid)) {
		complain("a borrower is sent away: it runs as another user");
		close(fd);
		return;
	}
	for (EACH_BORROWER(b, lender))
		if (b->fd < 0) {
			client_init(b, fd, pid);
			return;
		}
	str_format(why, sizeof why, "%d programs borrow the session already", AGENT_BORROWERS);
	send_away(fd, why);
}

static void settle_subscription(struct agent *lender, size_t place, bool refused)
{
	lender->subscription[place].mid = 0;
	lender->subscription[place].refused = refused;
	for (EACH_BORROWER(b, lender)) {
		bool strict = b->errand == ERRAND_SUBSCRIBE;

		if (b->fd < 0 || (!strict && b->errand != ERRAND_LISTEN) || b->place != place)
			continue;
		b->wants[place] = !refused || !strict;
		client_answer(b, refused && strict ? GR_NO : GR_OK,
			      refused && strict ? "the broker refused the subscription" : NULL);
	}
}

/* Hands the broker's acknowledgements to those who wait for them. */
static void settle(struct agent *lender)
{
	bool refused = false;

	for (size_t i = 0; i < SUBSCRIPTIONS; i++)
		if (mqtt_acked(lender->mqtt, lender->subscription[i].mid, &refused))
			settle_subscription(lender, i, refused);
	for (EACH_BORROWER(b, lender))
		if (b->fd >= 0 && b->errand == ERRAND_PUBLISH &&
		    mqtt_acked(lender->mqtt, b->mid, &refused))
			client_answer(b, GR_OK, NULL);
}

static void deliver(struct agent *lender)
{
	struct message message;

	while (inbox_take(lender->inbox, &message)) {
		for (EACH_BORROWER(b, lender))
			client_pass(b, lender, &message);
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

static enum status turn(struct agent *lender, const struct pollfd *p)
{
	enum status st = mqtt_turn(lender->mqtt, p[AT_MQTT].revents);

	for (size_t i = 0; i < AGENT_BORROWERS && st == GR_OK; i++)
		if (p[AT_BORROWERS + i].fd >= 0)
			st = client_serve(&lender->borrower[i], lender,
					  p[AT_BORROWERS + i].revents);
	if (st != GR_OK)
		return st;
	settle(lender);
	deliver(lender);
	if (p[AT_LISTENER].revents & POLLIN)
		admit(lender);
	return GR_OK;
}

enum status agent_run(struct agent *lender)
{
	struct pollfd p[AT_BORROWERS + AGENT_BORROWERS];
	enum status st = GR_OK;

	while (st == GR_OK) {
		p[AT_MQTT] = mqtt_pollfd(lender->mqtt);
		p[AT_LISTENER] = (struct pollfd){ .fd = lender->listener, .events = POLLIN };
		p[AT_STDIN] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		p[AT_SIGNALS] = (struct pollfd){ .fd = lender->signals, .events = POLLIN };
		for (size_t i = 0; i < AGENT_BORROWERS; i++)
			p[AT_BORROWERS + i] = client_pollfd(&lender->borrower[i]);
		if (poll(p, AT_BORROWERS + AGENT_BORROWERS, TURN_MS) < 0) {
			if (errno == EINTR)
				continue;
			complain("poll: %s", strerror(errno));
			return GR_FAIL;
		}
		if (is_over(p[AT_STDIN].revents) || (p[AT_SIGNALS].revents & POLLIN))
			return GR_OK;
		st = turn(lender, p);
	}
	return st;
}
