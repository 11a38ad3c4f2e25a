/* SPDX-License-Identifier: Apache-2.0 */
/* mqtt.c - one MQTT connection over mutual TLS */
#include "session/mqtt.h"
#include "call_timeout.h"
#include "clock.h"
#include "complain.h"
#include "session/connect_result.h"
#include "str.h"

#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>

enum { TURN_MS = 5000, TICK_MAX_MS = 5000 };

static void on_connect(struct mosquitto *client, void *obj, int code)
{
	struct mqtt *m = obj;

	(void)client;
	m->connack = code;
}

static void on_disconnect(struct mosquitto *client, void *obj, int code)
{
	struct mqtt *m = obj;

	(void)client, (void)code;
	m->lost = true;
}

static void count_ack(struct mqtt *m)
{
	m->due -= m->due > 0;
	m->due_since = clock_boot_ms();
}

static void take_ack(struct mqtt *m, int mid, bool refused)
{
	count_ack(m);
	m->acks[m->next_ack] = (struct mqtt_ack){ mid, refused };
	m->next_ack = (m->next_ack + 1) % MQTT_ACKS;
}

static void on_publish(struct mosquitto *client, void *obj, int mid)
{
	(void)client;
	take_ack(obj, mid, false);
}

static void on_subscribe(struct mosquitto *client, void *obj, int mid, int count,
			 const int *granted)
{
	(void)client;
	take_ack(obj, mid, count < 1 || granted[0] > 2);
}

static void on_unsubscribe(struct mosquitto *client, void *obj, int mid)
{
	(void)client, (void)mid;
	count_ack(obj);
}

static void on_message(struct mosquitto *client, void *obj,
		       const struct mosquitto_message *message)
{
	struct mqtt *m = obj;

	(void)client;
	if (message->payloadlen >= 0)
		message_queue_put(m->queue, message->topic, message->payload,
				  (size_t)message->payloadlen);
}

bool mqtt_acked(struct mqtt *m, int mid, bool *refused)
{
	for (size_t i = 0; i < MQTT_ACKS; i++)
		if (mid != 0 && m->acks[i].mid == mid) {
			*refused = m->acks[i].refused;
			m->acks[i].mid = 0;
			m->doing[0] = '\0';
			return true;
		}
	return false;
}

static const char closed[] = "the connection was closed before an answer came";

static const char *reason_of(int rc, int error)
{
	if (rc == MOSQ_ERR_EAI)
		return gai_strerror(error);
	return rc == MOSQ_ERR_ERRNO && error != 0 ? strerror(error) : mosquitto_strerror(rc);
}

/*
 * mosquitto_connect blocks in connect(2), address after address. Each tick of the timer ends one
 * such attempt. If none was ended, the result counts; else all addresses are tried again while
 * there is time.
 */
static enum status reach(struct mqtt *m, const struct tls_setup *setup, int64_t deadline)
{
	int64_t slice = (deadline - clock_boot_ms()) / 3;
	struct call_timeout ticker;
	int rc, error, ticks;

	slice = slice < 100 ? 100 : slice > TICK_MAX_MS ? TICK_MAX_MS : slice;
	if (call_timeout_start(&ticker, slice, deadline) != GR_OK)
		return GR_FAIL;
	do {
		ticks = ticker.ticks;
		errno = 0;
		rc = mosquitto_connect(m->client, setup->host, setup->port, MQTT_KEEPALIVE);
		error = errno;
	} while (rc != MOSQ_ERR_SUCCESS && ticker.ticks != ticks && clock_boot_ms() < deadline);
	ticks = ticker.ticks - ticks;
	call_timeout_stop(&ticker);
	if (rc == MOSQ_ERR_SUCCESS)
		return GR_OK;
	return connect_result_no_connack(m->where, &m->tls, setup,
					 ticks > 0 ? "no connection within the time allowed"
					     : m->tls.done ? closed
							   : reason_of(rc, error),
					 deadline);
}

static enum status await_connack(struct mqtt *m, const struct tls_setup *setup,
				 const char *client_id, int64_t deadline)
{
	while (m->connack < 0 && !m->lost) {
		struct pollfd p = mqtt_pollfd(m);
		int64_t left = deadline - clock_boot_ms();

		if (left <= 0)
			return connect_result_no_connack(m->where, &m->tls, setup,
							 "no answer within the time allowed",
							 deadline);
		if (poll(&p, 1, left > TURN_MS ? TURN_MS : (int)left) < 0 && errno != EINTR)
			return connect_result_no_connack(m->where, &m->tls, setup, strerror(errno),
							 deadline);
		/* silent before the CONNACK; the answer is looked at below */
		(void)mqtt_turn(m, p.revents);
	}
	if (m->connack >= 0)
		return connect_result_connack(m->where, setup, client_id, m->connack);
	return connect_result_no_connack(m->where, &m->tls, setup, closed, deadline);
}

static enum status make_client(struct mqtt *m, const char *client_id)
{
	if (mosquitto_lib_init() != MOSQ_ERR_SUCCESS ||
	    !(m->client = mosquitto_new(client_id, true, m)) ||
	    mosquitto_int_option(m->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311) !=
		MOSQ_ERR_SUCCESS ||
	    mosquitto_void_option(m->client, MOSQ_OPT_SSL_CTX, m->tls.ctx) != MOSQ_ERR_SUCCESS ||
	    mosquitto_int_option(m->client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) !=
		MOSQ_ERR_SUCCESS ||
	    mosquitto_int_option(m->client, MOSQ_OPT_TCP_NODELAY, 1) != MOSQ_ERR_SUCCESS) {
		complain("%s: no MQTT client: %s", client_id, strerror(errno));
		return GR_FAIL;
	}
	mosquitto_connect_callback_set(m->client, on_connect);
	mosquitto_disconnect_callback_set(m->client, on_disconnect);
	mosquitto_publish_callback_set(m->client, on_publish);
	mosquitto_subscribe_callback_set(m->client, on_subscribe);
	mosquitto_unsubscribe_callback_set(m->client, on_unsubscribe);
	mosquitto_message_callback_set(m->client, on_message);
	return GR_OK;
}

enum status mqtt_open(struct mqtt *m, const struct tls_setup *setup, const char *client_id,
		      struct message_queue *queue, int64_t deadline)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	enum status st;

	*m = (struct mqtt){ .queue = queue, .connack = -1 };
	str_format(m->where, sizeof m->where, "%.255s:%u", setup->host, (unsigned)setup->port);
	/* libmosquitto writes to sockets that may be closed */
	sigaction(SIGPIPE, &ignore, NULL);
	if ((st = tls_open(&m->tls, setup)) != GR_OK)
		return st;
	if ((st = make_client(m, client_id)) == GR_OK && (st = reach(m, setup, deadline)) == GR_OK)
		st = await_connack(m, setup, client_id, deadline);
	if (st != GR_OK)
		mqtt_close(m);
	return st;
}

void mqtt_close(struct mqtt *m)
{
	if (m->client) {
		if (m->connack == 0 && !m->lost)
			mosquitto_disconnect(m->client);
		mosquitto_destroy(m->client);
		mosquitto_lib_cleanup();
	}
	tls_release(&m->tls);
	m->client = NULL;
}

static enum status started(struct mqtt *m, const char *what, const char *topic, int rc)
{
	str_format(m->doing, sizeof m->doing, "%s %s", what, topic);
	if (rc == MOSQ_ERR_SUCCESS) {
		if (m->due++ == 0)
			m->due_since = clock_boot_ms();
		return GR_OK;
	}
	complain("%s: cannot %s: %s", m->where, m->doing, reason_of(rc, errno));
	return rc == MOSQ_ERR_INVAL || rc == MOSQ_ERR_MALFORMED_UTF8 || rc == MOSQ_ERR_PAYLOAD_SIZE
	    ? GR_BAD
	    : GR_FAIL;
}

enum status mqtt_publish(struct mqtt *m, int *mid, const char *topic, const void *payload,
			 size_t len)
{
	return started(m, "publish to", topic,
		       mosquitto_publish(m->client, mid, topic, (int)len, payload, 1, false));
}

enum status mqtt_subscribe(struct mqtt *m, int *mid, const char *filter)
{
	return started(m, "subscribe to", filter, mosquitto_subscribe(m->client, mid, filter, 1));
}

enum status mqtt_unsubscribe(struct mqtt *m, const char *filter)
{
	return started(m, "unsubscribe from", filter,
		       mosquitto_unsubscribe(m->client, NULL, filter));
}

struct pollfd mqtt_pollfd(const struct mqtt *m)
{
	return (struct pollfd){
		.fd = mosquitto_socket(m->client),
		.events = (short)(POLLIN | (mosquitto_want_write(m->client) ? POLLOUT : 0))
	};
}

/*
 * Reads before it writes: a socket that takes no more data may still hold the refusal in its
 * receive buffer. After a hang-up it reads to the end and then ends the connection itself, since
 * libmosquitto treats a reset during the handshake as progress.
 */
static int serve(struct mqtt *m, short revents)
{
	int rc = MOSQ_ERR_SUCCESS;
	bool gone = revents & (POLLERR | POLLHUP | POLLNVAL);

	for (int i = 0; i < (gone ? 4 : 1) && rc == MOSQ_ERR_SUCCESS && revents && !m->lost; i++)
		rc = mosquitto_loop_read(m->client, 1);
	if (gone && rc == MOSQ_ERR_SUCCESS)
		rc = MOSQ_ERR_CONN_LOST;
	if (rc == MOSQ_ERR_SUCCESS && !m->lost && mosquitto_want_write(m->client))
		rc = mosquitto_loop_write(m->client, 1);
	if (rc == MOSQ_ERR_SUCCESS && !m->lost)
		rc = mosquitto_loop_misc(m->client);
	return rc;
}

/*
 * A dead connection looks idle, and the keep-alive takes two minutes to find out: a whole trial
 * may be over by then. The broker acknowledges at once, however slow the service behind it is.
 */
static bool is_overdue(const struct mqtt *m)
{
	return m->patience_ms > 0 && m->due > 0 &&
	    clock_boot_ms() - m->due_since >= m->patience_ms;
}

static void complain_lost(const struct mqtt *m, int rc)
{
	if (rc == MOSQ_ERR_SUCCESS)
		complain("%s: the connection is lost: no acknowledgement within %lld s of: %s",
			 m->where, (long long)(m->patience_ms / 1000),
			 m->doing[0] != '\0' ? m->doing : "an earlier request");
	else if (rc == MOSQ_ERR_KEEPALIVE)
		complain("%s: the connection is lost: the broker did not answer within the "
			 "keep-alive",
			 m->where);
	else if (m->doing[0] != '\0')
		complain("%s: the broker closed the connection instead of an answer to: %s; does "
			 "a policy forbid that?",
			 m->where, m->doing);
	else
		complain("%s: the broker closed the connection", m->where);
}

enum status mqtt_turn(struct mqtt *m, short revents)
{
	int rc = m->lost ? MOSQ_ERR_CONN_LOST : serve(m, revents);

	if (rc == MOSQ_ERR_SUCCESS && m->lost)
		rc = MOSQ_ERR_CONN_LOST;
	if (rc == MOSQ_ERR_SUCCESS && !is_overdue(m))
		return GR_OK;
	m->lost = true;
	if (m->connack == 0) /* before that, mqtt_open says what happened */
		complain_lost(m, rc);
	return GR_FAIL;
}

enum status mqtt_wait(struct mqtt *m, int64_t deadline)
{
	int64_t left = deadline - clock_boot_ms();
	struct pollfd p = mqtt_pollfd(m);

	if (poll(&p, 1,
		 left <= 0	      ? 0
		     : left > TURN_MS ? TURN_MS
				      : (int)left) < 0 &&
	    errno != EINTR) {
		complain("%s: poll: %s", m->where, strerror(errno));
		return GR_FAIL;
	}
	return mqtt_turn(m, p.revents);
}
