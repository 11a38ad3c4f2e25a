/* bus.c - the daemon's connection to the broker */
#include "complain.h"
#include "gr-backendd/daemon.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { READS_A_TURN = 200, KEEPALIVE = 60 };

static void on_connect(struct mosquitto *m, void *obj, int rc)
{
	struct bus *bus = obj;
	int mid;

	bus->connected = rc == 0;
	if (rc != 0)
		complain("%s: the broker refused us: %s", bus->socket, mosquitto_connack_string(rc));
	else if (mosquitto_subscribe(m, &mid, "in/#", 1) != MOSQ_ERR_SUCCESS)
		bus->connected = false;
}

static void on_subscribe(struct mosquitto *m, void *obj, int mid, int count, const int *granted)
{
	struct bus *bus = obj;

	(void)m, (void)mid;
	bus->subscribed = count == 1 && granted[0] == 1;
	if (!bus->subscribed)
		complain("%s: the broker refused the subscription; is gr-broker.so loaded?", bus->socket);
}

static void on_disconnect(struct mosquitto *m, void *obj, int rc)
{
	(void)m, (void)rc;
	((struct bus *)obj)->connected = false;
}

static void on_message(struct mosquitto *m, void *obj, const struct mosquitto_message *msg)
{
	struct bus *bus = obj;

	(void)m;
	if (!queue_push(&bus->in, msg->topic, msg->payload, (size_t)msg->payloadlen))
		complain("%s: request dropped: too many are waiting", msg->topic);	/* the device asks again */
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
		bus->acked_row = bus->taken_row = bus->sent[bus->sent_first].row;
		bus->sent_first = (bus->sent_first + 1) % SENT_MAX;
		bus->sent_count--;
	}
}

enum status bus_open(struct bus *bus)
{
	int rc;

	bus_close(bus);
	bus->mosq = mosquitto_new("gr-backendd", true, bus);
	if (!bus->mosq) {
		complain("%s: %s", bus->socket, strerror(errno));
		return GR_FAIL;
	}
	mosquitto_connect_callback_set(bus->mosq, on_connect);
	mosquitto_disconnect_callback_set(bus->mosq, on_disconnect);
	mosquitto_subscribe_callback_set(bus->mosq, on_subscribe);
	mosquitto_message_callback_set(bus->mosq, on_message);
	mosquitto_publish_callback_set(bus->mosq, on_publish);
	mosquitto_max_inflight_messages_set(bus->mosq, 0);
	/* Port 0: the host is the path of a Unix socket. */
	if ((rc = mosquitto_connect(bus->mosq, bus->socket, 0, KEEPALIVE)) == MOSQ_ERR_SUCCESS) {
		bus->missed = false;
		return GR_OK;
	}
	if (!bus->missed)
		complain("%s: no broker there: %s", bus->socket, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
	bus->missed = true;
	bus_close(bus);
	return GR_FAIL;
}

/* What the broker has not confirmed stays in the outbox and is sent again over the next connection. */
void bus_close(struct bus *bus)
{
	mosquitto_destroy(bus->mosq);
	bus->mosq = NULL;
	bus->connected = bus->subscribed = false;
	bus->sent_first = bus->sent_count = 0;
	bus->last_row = bus->acked_row;
}

int bus_socket(const struct bus *bus)
{
	return bus->mosq ? mosquitto_socket(bus->mosq) : -1;
}

bool bus_wants_write(const struct bus *bus)
{
	return bus->mosq && mosquitto_want_write(bus->mosq);
}

/* One call of mosquitto_loop_read takes one packet: read on while there is more, so that a burst shares a transaction. */
static int read_burst(struct bus *bus)
{
	struct pollfd p = { .fd = bus_socket(bus), .events = POLLIN };
	int rc = MOSQ_ERR_SUCCESS;

	for (int i = 0; i < READS_A_TURN && rc == MOSQ_ERR_SUCCESS && poll(&p, 1, 0) == 1; i++)
		rc = mosquitto_loop_read(bus->mosq, 1);
	return rc;
}

enum status bus_turn(struct bus *bus, short revents)
{
	int rc = MOSQ_ERR_SUCCESS;

	if (revents & (POLLIN | POLLHUP | POLLERR))
		rc = read_burst(bus);
	if (rc == MOSQ_ERR_SUCCESS && bus_wants_write(bus))
		rc = mosquitto_loop_write(bus->mosq, 1);
	if (rc == MOSQ_ERR_SUCCESS)
		rc = mosquitto_loop_misc(bus->mosq);
	if (rc == MOSQ_ERR_SUCCESS && bus_socket(bus) >= 0)
		return GR_OK;
	complain("%s: connection to the broker lost: %s", bus->socket, mosquitto_strerror(rc));
	return GR_FAIL;
}

static enum status publish(struct bus *bus, int *mid, const char *topic, const char *payload, size_t len)
{
	int rc = mosquitto_publish(bus->mosq, mid, topic, (int)len, payload, 1, false);

	if (rc == MOSQ_ERR_SUCCESS)
		return GR_OK;
	complain("%s: not published: %s", topic, mosquitto_strerror(rc));
	return GR_FAIL;
}

static enum status flush_answers(struct bus *bus)
{
	enum status st = GR_OK;

	while (st == GR_OK && bus->out.first) {
		struct message *m = queue_pop(&bus->out);

		st = publish(bus, NULL, m->topic, m->payload, m->len);
		message_free(m);
	}
	return st;
}

enum status bus_flush(struct bus *bus, struct db *db)
{
	sqlite3_stmt *row = NULL;
	enum status st;

	if (!bus->subscribed)
		return GR_OK;
	if ((st = flush_answers(bus)) != GR_OK || bus->sent_count == SENT_MAX)
		return st;
	st = db_query(&row, db, "SELECT id, topic, payload FROM outbox WHERE id > ? ORDER BY id", "i", bus->last_row);
	while (st == GR_OK && bus->sent_count < SENT_MAX) {
		struct sent *s = &bus->sent[(bus->sent_first + bus->sent_count) % SENT_MAX];

		*s = (struct sent){ .row = db_int(row, 0) };
		if ((st = publish(bus, &s->mid, db_text(row, 1), db_text(row, 2), strlen(db_text(row, 2)))) != GR_OK)
			break;
		bus->last_row = s->row;
		bus->sent_count++;
		st = db_next(db, &row);
	}
	db_done(row);
	return st == GR_NO ? GR_OK : st;
}

enum status bus_forget_sent(struct bus *bus, struct db *db)
{
	return bus->acked_row ? db_run(db, "DELETE FROM outbox WHERE id <= ?", "i", bus->acked_row) : GR_OK;
}
