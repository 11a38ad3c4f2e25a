/* SPDX-License-Identifier: Apache-2.0 */
/* broker_connection.c - the daemon's connections to the broker */
#define _GNU_SOURCE	/* struct ucred */
#include "daemon/broker_connection.h"
#include "complain.h"
#include "registry/outbox_delivery.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum {
	READS_A_TURN = 256,
	KEEPALIVE = 60,
	ROWS_MAX = 2000		/* outbox rows that may wait before no more requests are read */
};

/*
 * Two client ids. The reader's session is kept by the broker: requests that come while no daemon
 * runs wait there. libmosquitto queues the acknowledgement of a request before it hands the
 * request to us. Told that there are threads, it writes only when it is asked to, which is when
 * the requests are committed and their answers have left over the writer. If the daemon is killed
 * before that, it gets the requests again.
 *
 * No thing can have a name with a slash, so no device can take the session over.
 */
#define READER "gr/backendd"
#define WRITER "gr/backendd/answers"

/* Returns the process that listens on the broker's socket; 0: not known. */
static pid_t broker_process(struct mosquitto *m)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	return getsockopt(mosquitto_socket(m), SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0
	    ? peer.pid
	    : 0;
}

/*
 * A broker that has closed our connection, and did not end itself, preferred somebody else. Only
 * one that has answered did not end: the kernel takes connections for one that is ending.
 */
static void compare_broker(struct broker_connection *c)
{
	pid_t process = broker_process(c->reader);

	if (c->lost && process && process == c->broker)
		complain("%s: the broker had not ended, but closed our connection, as it does "
			 "when another client with our client id (%s) takes our place, or when we "
			 "were stopped for minutes; see the broker's log, and whether a second "
			 "gr-backendd runs",
			 c->socket, READER);
	c->broker = process;
	c->lost = false;
}

static void on_connect(struct mosquitto *m, void *obj, int rc, int flags)
{
	struct broker_connection *c = obj;
	int mid;

	if (rc != 0) {
		complain("%s: the broker refused us: %s", c->socket,
			 mosquitto_connack_string(rc));
		return;
	}
	if (m == c->writer) {
		c->connected = true;
		return;
	}
	compare_broker(c);
	c->heard = flags & 1;	/* a session was kept, and the subscription in it */
	if (mosquitto_subscribe(m, &mid, "in/#", 1) != MOSQ_ERR_SUCCESS)
		c->broken = true;
}

static void on_subscribe(struct mosquitto *m, void *obj, int mid, int count, const int *granted)
{
	struct broker_connection *c = obj;

	(void)m, (void)mid;
	c->subscribed = count == 1 && granted[0] == 1;
	c->heard = c->subscribed;
	if (!c->subscribed)
		complain("%s: the broker refused the subscription; is gr-broker.so loaded?",
			 c->socket);
}

static void on_message(struct mosquitto *m, void *obj, const struct mosquitto_message *msg)
{
	struct broker_connection *c = obj;

	(void)m;
	if (c->broken ||
	    fair_queue_push(&c->in, msg->topic, msg->payload, (size_t)msg->payloadlen))
		return;
	/* It is not acknowledged, so it comes again over the next connection. */
	c->broken = true;
	complain("%s: out of memory", msg->topic);
}

static void on_publish(struct mosquitto *m, void *obj, int mid)
{
	struct broker_connection *c = obj;

	(void)m;
	for (size_t i = 0; i < c->sent_count; i++) {
		struct sent *s = &c->sent[(c->sent_first + i) % BROKER_CONNECTION_SENT_MAX];

		if (s->mid == mid && !s->acked) {
			s->acked = true;
			break;
		}
	}
	while (c->sent_count > 0 && c->sent[c->sent_first].acked) {
		int64_t row = c->sent[c->sent_first].row;

		if (row)
			c->acked_row = c->taken_row = row;
		c->sent_first = (c->sent_first + 1) % BROKER_CONNECTION_SENT_MAX;
		c->sent_count--;
	}
}

/* Port 0: the host is the path of a Unix socket. */
static int open_one(struct mosquitto **m, struct broker_connection *c, const char *id, bool clean)
{
	*m = mosquitto_new(id, clean, c);
	if (!*m)
		return MOSQ_ERR_ERRNO;
	mosquitto_connect_with_flags_callback_set(*m, on_connect);
	mosquitto_subscribe_callback_set(*m, on_subscribe);
	mosquitto_message_callback_set(*m, on_message);
	mosquitto_publish_callback_set(*m, on_publish);
	mosquitto_max_inflight_messages_set(*m, 0);
	mosquitto_threaded_set(*m, !clean);
	return mosquitto_connect(*m, c->socket, 0, KEEPALIVE);
}

enum status broker_connection_open(struct broker_connection *c)
{
	int rc;

	broker_connection_close(c);
	rc = open_one(&c->reader, c, READER, false);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = open_one(&c->writer, c, WRITER, true);
	if (rc == MOSQ_ERR_SUCCESS) {
		c->missed = false;
		return GR_OK;
	}
	if (!c->missed)
		complain("%s: no broker there: %s", c->socket,
			 rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
	c->missed = true;
	broker_connection_close(c);
	return GR_FAIL;
}

/*
 * Rows that the broker has not confirmed stay in the outbox and are sent again over the next
 * connection. Requests that were not acknowledged come again and are answered then. The answers
 * that wait here are dropped: nothing is read while answers wait, so they would keep the next
 * connection from being used.
 */
void broker_connection_close(struct broker_connection *c)
{
	mosquitto_destroy(c->reader);
	mosquitto_destroy(c->writer);
	c->reader = c->writer = NULL;
	c->connected = c->subscribed = c->heard = c->broken = c->behind = false;
	c->sent_first = c->sent_count = 0;
	c->last_row = c->acked_row;
	fair_queue_clear(&c->in);
	message_queue_clear(&c->out);
}

/*
 * No more requests are read while some wait for a busy registry, or answers wait for the broker to
 * confirm others. So what is held here is bounded, and the rest waits in the broker.
 */
static bool may_read(const struct broker_connection *c)
{
	return c->in.count == 0 && !c->behind &&
	    !(c->out.first && c->connected && c->heard);
}

/* The reader is written to only when nothing is left to handle or to answer. */
void broker_connection_poll(struct pollfd fds[static BROKER_CONNECTION_FDS],
			    const struct broker_connection *c)
{
	fds[0] = fds[1] = (struct pollfd){ .fd = -1 };
	if (!c->reader)
		return;
	fds[0] = (struct pollfd){ .fd = mosquitto_socket(c->reader),
				  .events = may_read(c) ? POLLIN : 0 };
	fds[1] = (struct pollfd){ .fd = mosquitto_socket(c->writer), .events = POLLIN };
	if (mosquitto_want_write(c->writer))
		fds[1].events |= POLLOUT;
	else if (mosquitto_want_write(c->reader) && c->in.count == 0 && !c->out.first)
		fds[0].events |= POLLOUT;
}

/*
 * One call of mosquitto_loop_read takes one packet: read on while there is more, so that a burst
 * shares a transaction.
 */
static int read_burst(struct mosquitto *m, const struct fair_queue *in)
{
	struct pollfd p = { .fd = mosquitto_socket(m), .events = POLLIN };
	int rc = MOSQ_ERR_SUCCESS;

	for (int i = 0; i < READS_A_TURN && rc == MOSQ_ERR_SUCCESS; i++) {
		if (in && fair_queue_is_closed(in))
			break;
		if (poll(&p, 1, 0) != 1)
			break;
		rc = mosquitto_loop_read(m, 1);
	}
	return rc;
}

static enum status lost(struct broker_connection *c, int rc)
{
	c->lost = true;
	complain("%s: connection to the broker lost: %s", c->socket, mosquitto_strerror(rc));
	return GR_FAIL;
}

enum status broker_connection_read(struct broker_connection *c,
				   const struct pollfd fds[static BROKER_CONNECTION_FDS])
{
	int rc = MOSQ_ERR_SUCCESS;

	if (fds[0].revents & ~POLLOUT && may_read(c))
		rc = read_burst(c->reader, &c->in);
	if (rc == MOSQ_ERR_SUCCESS && fds[1].revents & ~POLLOUT)
		rc = read_burst(c->writer, NULL);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_loop_misc(c->reader);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_loop_misc(c->writer);
	if (rc == MOSQ_ERR_SUCCESS && !c->broken && mosquitto_socket(c->reader) >= 0 &&
	    mosquitto_socket(c->writer) >= 0)
		return GR_OK;
	return lost(c, rc);
}

static bool has_room(const struct broker_connection *c)
{
	return c->sent_count < BROKER_CONNECTION_SENT_MAX;
}

/* Publishes an outbox row, or an answer (row 0). To be called only while there is room. */
static enum status publish(struct broker_connection *c, int64_t row, const char *topic,
			   const char *payload, size_t len)
{
	struct sent *s = &c->sent[(c->sent_first + c->sent_count) % BROKER_CONNECTION_SENT_MAX];
	int rc;

	*s = (struct sent){ .row = row };
	rc = mosquitto_publish(c->writer, &s->mid, topic, (int)len, payload, 1, false);
	if (rc != MOSQ_ERR_SUCCESS) {
		complain("%s: not published: %s", topic, mosquitto_strerror(rc));
		return GR_FAIL;
	}
	c->sent_count++;
	return GR_OK;
}

static enum status flush_answers(struct broker_connection *c)
{
	enum status st = GR_OK;

	while (st == GR_OK && has_room(c) && c->out.first) {
		struct message *m = message_queue_pop(&c->out);

		st = publish(c, 0, m->topic, m->payload, m->len);
		message_free(m);
	}
	return st;
}

static enum status publish_row(void *obj, const struct outbox_row *row, bool *enough)
{
	struct broker_connection *c = obj;
	enum status st = publish(c, row->id, row->topic, row->payload, strlen(row->payload));

	if (st == GR_OK)
		c->last_row = row->id;
	*enough = !has_room(c);
	return st;
}

static enum status flush_rows(struct broker_connection *c, struct db *db)
{
	return has_room(c) ? outbox_delivery_each(db, c->last_row, publish_row, c) : GR_OK;
}

/* Requests are acknowledged last: when all is committed and all answers have left. */
static bool may_acknowledge(const struct broker_connection *c)
{
	return mosquitto_want_write(c->reader) && c->in.count == 0 && !c->out.first &&
	    !mosquitto_want_write(c->writer);
}

/*
 * While more than ROWS_MAX rows wait, no more requests are read, because their answers would add
 * to the outbox. A rollout stops earlier, see job_scheduling.c.
 */
static enum status measure(struct broker_connection *c, struct db *db)
{
	enum status st = GR_NO;

	if (!has_room(c))
		st = outbox_delivery_exceeds(db, c->last_row, ROWS_MAX);
	c->behind = st == GR_OK;
	return st == GR_NO ? GR_OK : st;
}

/*
 * The outbox goes first: a request comes again when the daemon was killed over it, and the second
 * answer must not overtake the first one, which lies in the outbox.
 */
enum status broker_connection_flush(struct broker_connection *c, struct db *db)
{
	int rc = MOSQ_ERR_SUCCESS;
	enum status st = GR_OK;

	if (c->connected && c->heard) {
		st = flush_rows(c, db);
		if (st == GR_OK)
			st = flush_answers(c);
	}
	if (st == GR_OK)
		st = measure(c, db);
	if (st != GR_OK)
		return st;
	if (mosquitto_want_write(c->writer))
		rc = mosquitto_loop_write(c->writer, 1);
	if (rc == MOSQ_ERR_SUCCESS && may_acknowledge(c))
		rc = mosquitto_loop_write(c->reader, 1);
	return rc == MOSQ_ERR_SUCCESS ? GR_OK : lost(c, rc);
}

enum status broker_connection_forget_sent(struct broker_connection *c, struct db *db)
{
	return c->acked_row ? outbox_delivery_forget(db, c->acked_row) : GR_OK;
}
