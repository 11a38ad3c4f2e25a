/* SPDX-License-Identifier: Apache-2.0 */
/* broker_connection.c - the daemon's connection to the broker */
#include "complain.h"
#include "daemon/daemon.h"

#include <errno.h>
#include <string.h>

enum { READS_A_TURN = 256, KEEPALIVE = 60, ROWS_MAX = 2000 };

/*
 * Two connections. The reader's session outlives us: what is said while we are away waits for it
 * in the broker. The library puts an acknowledgement in line before it hands a request to us, and
 * told that there are threads it writes only when it is asked to: which is when the requests are
 * on record and their answers have left over the writer. Killed at any point before, we get them
 * again.
 */
#define READER "gr/backendd"	/* no thing can have this name, so no device can take the session over */
#define WRITER "gr/backendd/answers"

static void on_connect(struct mosquitto *m, void *obj, int rc, int flags)
{
	struct bus *bus = obj;
	int mid;

	if (rc != 0) {
		complain("%s: the broker refused us: %s", bus->socket,
			 mosquitto_connack_string(rc));
		return;
	}
	if (m == bus->writer) {
		bus->connected = true;
		return;
	}
	bus->heard = flags & 1;	/* a session was kept, and the subscription in it */
	if (mosquitto_subscribe(m, &mid, "in/#", 1) != MOSQ_ERR_SUCCESS)
		bus->broken = true;
}

static void on_subscribe(struct mosquitto *m, void *obj, int mid, int count, const int *granted)
{
	struct bus *bus = obj;

	(void)m, (void)mid;
	bus->subscribed = count == 1 && granted[0] == 1;
	bus->heard = bus->subscribed;
	if (!bus->subscribed)
		complain("%s: the broker refused the subscription; is gr-broker.so loaded?",
			 bus->socket);
}

static void on_message(struct mosquitto *m, void *obj, const struct mosquitto_message *msg)
{
	struct bus *bus = obj;

	(void)m;
	if (bus->broken ||
	    fair_queue_push(&bus->in, msg->topic, msg->payload, (size_t)msg->payloadlen))
		return;
	/* it is not acknowledged, and comes again over the next connection */
	bus->broken = true;
	complain("%s: out of memory", msg->topic);
}

static void on_publish(struct mosquitto *m, void *obj, int mid)
{
	struct bus *bus = obj;

	(void)m;
	for (size_t i = 0; i < bus->sent_count; i++) {
		struct sent *s = &bus->sent[(bus->sent_first + i) % SENT_MAX];

		if (s->mid == mid && !s->acked) {
			s->acked = true;
			break;
		}
	}
	while (bus->sent_count > 0 && bus->sent[bus->sent_first].acked) {
		int64_t row = bus->sent[bus->sent_first].row;

		if (row)
			bus->acked_row = bus->taken_row = row;
		bus->sent_first = (bus->sent_first + 1) % SENT_MAX;
		bus->sent_count--;
	}
}

/* Port 0: the host is the path of a Unix socket. */
static int open_one(struct mosquitto **m, struct bus *bus, const char *id, bool clean)
{
	*m = mosquitto_new(id, clean, bus);
	if (!*m)
		return MOSQ_ERR_ERRNO;
	mosquitto_connect_with_flags_callback_set(*m, on_connect);
	mosquitto_subscribe_callback_set(*m, on_subscribe);
	mosquitto_message_callback_set(*m, on_message);
	mosquitto_publish_callback_set(*m, on_publish);
	mosquitto_max_inflight_messages_set(*m, 0);
	mosquitto_threaded_set(*m, !clean);
	return mosquitto_connect(*m, bus->socket, 0, KEEPALIVE);
}

enum status bus_open(struct bus *bus)
{
	int rc;

	bus_close(bus);
	rc = open_one(&bus->reader, bus, READER, false);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = open_one(&bus->writer, bus, WRITER, true);
	if (rc == MOSQ_ERR_SUCCESS) {
		bus->missed = false;
		return GR_OK;
	}
	if (!bus->missed)
		complain("%s: no broker there: %s", bus->socket,
			 rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
	bus->missed = true;
	bus_close(bus);
	return GR_FAIL;
}

/*
 * What the broker has not confirmed stays in the outbox and is sent again over the next
 * connection. What was not acknowledged comes again, and is answered then: an answer of now would
 * keep the next connection from being made.
 */
void bus_close(struct bus *bus)
{
	mosquitto_destroy(bus->reader);
	mosquitto_destroy(bus->writer);
	bus->reader = bus->writer = NULL;
	bus->connected = bus->subscribed = bus->heard = bus->broken = bus->behind = false;
	bus->sent_first = bus->sent_count = 0;
	bus->last_row = bus->acked_row;
	fair_queue_clear(&bus->in);
	queue_clear(&bus->out);
}

/*
 * While requests wait for a registry that is busy, or answers for the broker to confirm others, no
 * more are read: what is here is bounded by that, and the rest waits in the broker.
 */
static bool may_read(const struct bus *bus)
{
	return bus->in.count == 0 && !bus->behind &&
	    !(bus->out.first && bus->connected && bus->heard);
}

/* Who is to acknowledge must not be asked twice. */
void bus_poll(struct pollfd fds[static BUS_FDS], const struct bus *bus)
{
	fds[0] = fds[1] = (struct pollfd){ .fd = -1 };
	if (!bus->reader)
		return;
	fds[0] = (struct pollfd){ .fd = mosquitto_socket(bus->reader),
				  .events = may_read(bus) ? POLLIN : 0 };
	fds[1] = (struct pollfd){ .fd = mosquitto_socket(bus->writer), .events = POLLIN };
	if (mosquitto_want_write(bus->writer))
		fds[1].events |= POLLOUT;
	else if (mosquitto_want_write(bus->reader) && bus->in.count == 0 && !bus->out.first)
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

	for (int i = 0; i < READS_A_TURN && rc == MOSQ_ERR_SUCCESS &&
	     !(in && fair_queue_is_closed(in)) && poll(&p, 1, 0) == 1;
	     i++)
		rc = mosquitto_loop_read(m, 1);
	return rc;
}

static enum status lost(const struct bus *bus, int rc)
{
	complain("%s: connection to the broker lost: %s", bus->socket, mosquitto_strerror(rc));
	return GR_FAIL;
}

enum status bus_turn(struct bus *bus, const struct pollfd fds[static BUS_FDS])
{
	int rc = MOSQ_ERR_SUCCESS;

	if (fds[0].revents & ~POLLOUT && may_read(bus))
		rc = read_burst(bus->reader, &bus->in);
	if (rc == MOSQ_ERR_SUCCESS && fds[1].revents & ~POLLOUT)
		rc = read_burst(bus->writer, NULL);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_loop_misc(bus->reader);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_loop_misc(bus->writer);
	if (rc == MOSQ_ERR_SUCCESS && !bus->broken && mosquitto_socket(bus->reader) >= 0 &&
	    mosquitto_socket(bus->writer) >= 0)
		return GR_OK;
	return lost(bus, rc);
}

static bool has_room(const struct bus *bus)
{
	return bus->sent_count < SENT_MAX;
}

/* row 0: an answer. Only while there is room. */
static enum status publish(struct bus *bus, int64_t row, const char *topic, const char *payload,
			   size_t len)
{
	struct sent *s = &bus->sent[(bus->sent_first + bus->sent_count) % SENT_MAX];
	int rc;

	*s = (struct sent){ .row = row };
	rc = mosquitto_publish(bus->writer, &s->mid, topic, (int)len, payload, 1, false);
	if (rc != MOSQ_ERR_SUCCESS) {
		complain("%s: not published: %s", topic, mosquitto_strerror(rc));
		return GR_FAIL;
	}
	bus->sent_count++;
	return GR_OK;
}

static enum status flush_answers(struct bus *bus)
{
	enum status st = GR_OK;

	while (st == GR_OK && has_room(bus) && bus->out.first) {
		struct message *m = queue_pop(&bus->out);

		st = publish(bus, 0, m->topic, m->payload, m->len);
		message_free(m);
	}
	return st;
}

static enum status flush_rows(struct bus *bus, struct db *db)
{
	sqlite3_stmt *row = NULL;
	enum status st;

	if (!has_room(bus))
		return GR_OK;
	st = db_query(&row, db, "SELECT id, topic, payload FROM outbox WHERE id > ? ORDER BY id",
		      "i", bus->last_row);
	while (st == GR_OK && has_room(bus)) {
		if ((st = publish(bus, db_int(row, 0), db_text(row, 1), db_text(row, 2),
				  strlen(db_text(row, 2)))) != GR_OK)
			break;
		bus->last_row = db_int(row, 0);
		st = db_next(db, &row);
	}
	db_done(row);
	return st == GR_NO ? GR_OK : st;
}

/*
 * Only once all is on record and all answers have left: the end of a request is its
 * acknowledgement.
 */
static bool may_acknowledge(const struct bus *bus)
{
	return mosquitto_want_write(bus->reader) && bus->in.count == 0 && !bus->out.first &&
	    !mosquitto_want_write(bus->writer);
}

/*
 * Of what devices ask for no more is put into the outbox while that much has not left; a rollout
 * stops earlier, see fleet.c.
 */
static enum status measure(struct bus *bus, struct db *db)
{
	int64_t row;
	enum status st = has_room(bus)
	    ? GR_NO
	    : db_number(&row, db, "SELECT id FROM outbox WHERE id > ? LIMIT 1 OFFSET ?", "id",
			bus->last_row, (int)ROWS_MAX);

	bus->behind = st == GR_OK;
	return st == GR_NO ? GR_OK : st;
}

/*
 * The outbox goes first: a request that we were killed over comes again, and what it is told the
 * second time must not overtake what it was told the first time.
 */
enum status bus_flush(struct bus *bus, struct db *db)
{
	int rc = MOSQ_ERR_SUCCESS;
	enum status st = GR_OK;

	if (bus->connected && bus->heard && (st = flush_rows(bus, db)) == GR_OK)
		st = flush_answers(bus);
	if (st == GR_OK)
		st = measure(bus, db);
	if (st != GR_OK)
		return st;
	if (mosquitto_want_write(bus->writer))
		rc = mosquitto_loop_write(bus->writer, 1);
	if (rc == MOSQ_ERR_SUCCESS && may_acknowledge(bus))
		rc = mosquitto_loop_write(bus->reader, 1);
	return rc == MOSQ_ERR_SUCCESS ? GR_OK : lost(bus, rc);
}

enum status bus_forget_sent(struct bus *bus, struct db *db)
{
	return bus->acked_row ? db_run(db, "DELETE FROM outbox WHERE id <= ?", "i", bus->acked_row)
			      : GR_OK;
}
