/* borrower.c - one program that borrows the session */
#include "borrower.h"
#include "complain.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

void borrower_init(struct borrower *b, int fd)
{
	*b = (struct borrower){ .fd = fd };
}

void borrower_drop(struct borrower *b)
{
	if (b->fd >= 0)
		close(b->fd);
	frame_release(&b->in);
	frame_release(&b->out);
	borrower_init(b, -1);
}

struct pollfd borrower_pollfd(const struct borrower *b)
{
	return (struct pollfd){
		.fd = b->fd,
		.events = (short)((b->errand == ERRAND_NONE ? POLLIN : 0) | (b->out.len > 0 ? POLLOUT : 0))
	};
}

void borrower_answer(struct borrower *b, enum status st, const char *why)
{
	char payload[256];

	b->errand = ERRAND_NONE;
	str_format(payload, sizeof payload, "%c%.250s", st, why ? why : "");
	if (!frame_put(&b->out, why ? FRAME_FAILED : FRAME_DONE, "", payload, why ? strlen(payload) : 0))
		borrower_drop(b);
}

static bool wants(const struct borrower *b, const char *topic)
{
	for (size_t i = 0; i < b->filters; i++)
		if (topic_matches(b->filter[i], topic))
			return true;
	return false;
}

void borrower_pass(struct borrower *b, const struct message *message)
{
	if (b->fd < 0 || !wants(b, message->topic))
		return;
	if (frame_put(&b->out, FRAME_MESSAGE, message->topic, message->payload, message->len))
		return;
	complain("a borrower is dropped: it does not read what it asked for");
	borrower_drop(b);
}

/* False: there is no room, and it was told so. */
static bool add_filter(struct borrower *b, const char *filter)
{
	for (size_t i = 0; i < b->filters; i++)
		if (strcmp(b->filter[i], filter) == 0)
			return true;
	if (b->filters < LENDER_FILTERS && filter[0] != '\0' && str_copy(b->filter[b->filters], TOPIC_MAX, filter)) {
		b->filters++;
		return true;
	}
	borrower_answer(b, GR_FAIL, "one filter too many, or too long");
	return false;
}

/* The subscription for filter, made if there is none; NULL: no room. */
static struct subscription *find_subscription(struct lender *lender, const char *filter)
{
	struct subscription *empty = NULL;

	for (struct subscription *s = lender->subscription; s < lender->subscription + LENDER_SUBSCRIPTIONS; s++) {
		if (strcmp(s->filter, filter) == 0)
			return s;
		if (s->filter[0] == '\0' && !empty)
			empty = s;
	}
	return empty;
}

/* A request that MQTT does not allow is its sender's trouble alone. */
static enum status unfit(struct borrower *b, enum status st)
{
	if (st != GR_BAD)
		return st;
	borrower_answer(b, GR_FAIL, "MQTT allows no such topic");
	return GR_OK;
}

static enum status subscribe(struct borrower *b, struct lender *lender, const char *filter)
{
	struct subscription *s;

	if (!add_filter(b, filter))
		return GR_OK;
	if (!(s = find_subscription(lender, filter))) {
		borrower_answer(b, GR_FAIL, "one subscription too many");
		return GR_OK;
	}
	if (s->filter[0] == '\0') {
		enum status st = mqtt_subscribe(lender->mqtt, &s->mid, filter);

		if (st != GR_OK)
			return unfit(b, st);
		str_copy(s->filter, sizeof s->filter, filter);
	}
	if (s->mid == 0) {
		borrower_answer(b, GR_OK, NULL);
		return GR_OK;
	}
	b->errand = ERRAND_SUBSCRIBE;
	b->subscription = s;
	return GR_OK;
}

static enum status publish(struct borrower *b, struct lender *lender, const struct frame *f)
{
	enum status st = mqtt_publish(lender->mqtt, &b->mid, f->topic, f->payload, f->len);

	b->errand = ERRAND_PUBLISH;
	return st == GR_OK ? GR_OK : unfit(b, st);
}

static enum status obey(struct borrower *b, struct lender *lender, const struct frame *f)
{
	switch (f->kind) {
	case FRAME_LISTEN:
		if (add_filter(b, f->topic))
			borrower_answer(b, GR_OK, NULL);
		return GR_OK;
	case FRAME_SUBSCRIBE:
		return subscribe(b, lender, f->topic);
	case FRAME_PUBLISH:
		return publish(b, lender, f);
	default:
		borrower_drop(b);
		return GR_OK;
	}
}

/* Takes the requests that are here whole, until one has to wait for the broker. */
static enum status obey_all(struct borrower *b, struct lender *lender)
{
	enum status st = GR_OK;
	struct frame f;
	int rc = 0;

	while (st == GR_OK && b->fd >= 0 && b->errand == ERRAND_NONE && (rc = frame_first(&f, &b->in)) > 0) {
		st = obey(b, lender, &f);
		if (b->fd >= 0)
			frame_drop(&b->in);
	}
	if (rc < 0)
		borrower_drop(b);
	return st;
}

enum status borrower_serve(struct borrower *b, struct lender *lender, short revents)
{
	if ((revents & POLLOUT) && frame_send(&b->out, b->fd) != 1) {
		borrower_drop(b);
		return GR_OK;
	}
	if (!(revents & POLLIN) && (revents & (POLLHUP | POLLERR | POLLNVAL))) {
		borrower_drop(b);
		return GR_OK;
	}
	if ((revents & POLLIN) && frame_receive(&b->in, b->fd) != 1) {
		borrower_drop(b);
		return GR_OK;
	}
	return obey_all(b, lender);
}
