/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - one program that borrows the session */
#include "gr-link/client.h"
#include "complain.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

void client_init(struct client *b, int fd, long pid)
{
	*b = (struct client){ .fd = fd, .pid = pid };
}

void client_drop(struct client *b)
{
	if (b->fd >= 0)
		close(b->fd);
	frame_release(&b->in);
	frame_release(&b->out);
	client_init(b, -1, 0);
}

static void expel(struct client *b, const char *why)
{
	complain("the borrower with process id %ld is dropped: it %s", b->pid, why);
	client_drop(b);
}

static const char sluggish[] = "does not read what it asked for",
		  babble[] = "does not speak our protocol";

struct pollfd client_pollfd(const struct client *b)
{
	return (struct pollfd){ .fd = b->fd,
				.events = (short)((b->errand == ERRAND_NONE ? POLLIN : 0) |
						  (b->out.len > 0 ? POLLOUT : 0)) };
}

void client_answer(struct client *b, enum status st, const char *why)
{
	char payload[256];

	b->errand = ERRAND_NONE;
	str_format(payload, sizeof payload, "%c%.250s", st, why ? why : "");
	if (!frame_put(&b->out, why ? FRAME_FAILED : FRAME_DONE, "", payload,
		       why ? strlen(payload) : 0))
		expel(b, sluggish);
}

static bool wants(const struct client *b, const struct agent *lender, const char *topic)
{
	for (size_t i = 0; i < SUBSCRIPTIONS; i++)
		if (b->wants[i] && topic_matches(lender->subscription[i].filter, topic))
			return true;
	return false;
}

void client_pass(struct client *b, const struct agent *lender, const struct message *message)
{
	if (b->fd < 0 || !wants(b, lender, message->topic))
		return;
	if (!frame_put(&b->out, FRAME_MESSAGE, message->topic, message->payload, message->len))
		expel(b, sluggish);
}

/* A request that MQTT does not allow is its sender's trouble alone. */
static enum status unfit(struct client *b, enum status st)
{
	if (st != GR_BAD)
		return st;
	client_answer(b, GR_FAIL, "MQTT allows no such topic");
	return GR_OK;
}

static void all_wanted(bool wanted[static SUBSCRIPTIONS], const struct agent *lender)
{
	memset(wanted, 0, SUBSCRIPTIONS * sizeof *wanted);
	for (const struct client *b = lender->borrower; b < lender->borrower + AGENT_BORROWERS;
	     b++)
		for (size_t i = 0; i < SUBSCRIPTIONS; i++)
			wanted[i] |= b->wants[i];
}

static enum status subscribe(struct client *b, struct agent *lender, const char *filter,
			     bool strict)
{
	bool wanted[SUBSCRIPTIONS];
	char why[250];
	enum status st;

	all_wanted(wanted, lender);
	st = filter[0] == '\0' || strlen(filter) >= TOPIC_MAX
	    ? GR_BAD
	    : subscription_make(&b->place, lender->subscription, wanted, lender->mqtt, filter,
				strict);
	if (st == GR_NO) {
		str_format(why, sizeof why, "%.180s: no room: the borrowers want %d other filters",
			   filter, SUBSCRIPTIONS);
		complain("%s", why);
		client_answer(b, GR_FAIL, why);
		return GR_OK;
	}
	if (st != GR_OK)
		return unfit(b, st);
	b->wants[b->place] = true;
	b->errand = strict ? ERRAND_SUBSCRIBE : ERRAND_LISTEN;
	if (lender->subscription[b->place].mid == 0)
		client_answer(b, GR_OK, NULL);
	return GR_OK;
}

static enum status publish(struct client *b, struct agent *lender, const struct frame *f)
{
	enum status st = mqtt_publish(lender->mqtt, &b->mid, f->topic, f->payload, f->len);

	b->errand = ERRAND_PUBLISH;
	return st == GR_OK ? GR_OK : unfit(b, st);
}

static enum status obey(struct client *b, struct agent *lender, const struct frame *f)
{
	switch (f->kind) {
	case FRAME_LISTEN:
	case FRAME_SUBSCRIBE:
		return subscribe(b, lender, f->topic, f->kind == FRAME_SUBSCRIBE);
	case FRAME_PUBLISH:
		return publish(b, lender, f);
	default:
		expel(b, babble);
		return GR_OK;
	}
}

/* Takes the requests that are here whole, until one has to wait for the broker. */
static enum status obey_all(struct client *b, struct agent *lender)
{
	enum status st = GR_OK;
	struct frame f;
	int rc = 0;

	while (st == GR_OK && b->fd >= 0 && b->errand == ERRAND_NONE &&
	       (rc = frame_first(&f, &b->in)) > 0) {
		st = obey(b, lender, &f);
		if (b->fd >= 0)
			frame_drop(&b->in);
	}
	if (rc < 0)
		expel(b, babble);
	return st;
}

enum status client_serve(struct client *b, struct agent *lender, short revents)
{
	if ((revents & POLLOUT) && frame_send(&b->out, b->fd) != 1) {
		client_drop(b);
		return GR_OK;
	}
	if (!(revents & POLLIN) && (revents & (POLLHUP | POLLERR | POLLNVAL))) {
		client_drop(b);
		return GR_OK;
	}
	if ((revents & POLLIN) && frame_receive(&b->in, b->fd) != 1) {
		client_drop(b);
		return GR_OK;
	}
	return obey_all(b, lender);
}
