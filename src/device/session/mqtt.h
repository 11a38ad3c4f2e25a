/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mqtt.h - one MQTT 3.1.1 connection over mutual TLS.
 *
 * Clean session, QoS 1. Callbacks only fill the struct; only mqtt_turn reads and writes the
 * socket. Times are clock_boot_ms. On any status but GR_OK one line has been written. After
 * mqtt_open has failed there is nothing to close; after any other failure call mqtt_close.
 */
#ifndef GR_SESSION_MQTT_H
#define GR_SESSION_MQTT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "session/message_queue.h"
#include "session/tls.h"
#include "status.h"

enum { MQTT_KEEPALIVE = 60 /* seconds */, MQTT_ACKS = 64 };

struct mosquitto;

/*
 * The answer to a message that we sent. It is kept until mqtt_acked asks for it or a newer one
 * takes its place.
 */
struct mqtt_ack {
	int mid;	/* 0: an empty place */
	bool refused;	/* SUBACK 0x80 */
};

/* Stays where it is from mqtt_open to mqtt_close: library and TLS context point at it. */
struct mqtt {
	struct mosquitto *client;
	struct tls tls;
	struct message_queue *queue;
	char where[280];	/* "host:port", for error lines */
	char doing[640];	/* what we sent last, "" once it was answered */
	/*
	 * The connection counts as lost if an acknowledgement is due for so long. 0: only the
	 * keep-alive decides.
	 */
	int64_t patience_ms;
	unsigned due;		/* acknowledgements that have not come yet */
	int64_t due_since;	/* when the wait for the next of them began */
	int connack;		/* the return code (MQTT 3.1.1, 3.2.2.3), or -1 */
	bool lost;
	struct mqtt_ack acks[MQTT_ACKS];
	size_t next_ack;
};

/*
 * Connects as client_id, within the deadline. The caller may set patience_ms afterwards. GR_NO:
 * the broker refused our identity (CONNACK: identifier rejected, or not authorised; or a TLS alert
 * about our certificate from a server that had proven its name). GR_FAIL: anything that is no
 * refusal: no such name, no route, a server that cannot be verified, no answer. GR_BAD: as
 * tls_open. Messages go to queue. SIGPIPE is ignored from here on.
 */
enum status mqtt_open(struct mqtt *m, const struct tls_setup *setup, const char *client_id,
		      struct message_queue *queue, int64_t deadline);
/* Disconnects and releases; takes a zeroed struct. */
void mqtt_close(struct mqtt *m);

/*
 * Starts to publish, or to subscribe; give *mid to mqtt_acked to learn the answer. GR_FAIL: the
 * connection is gone. GR_BAD: MQTT allows no such topic.
 */
enum status mqtt_publish(struct mqtt *m, int *mid, const char *topic, const void *payload,
			 size_t len);
enum status mqtt_subscribe(struct mqtt *m, int *mid, const char *filter);
/* Unsubscribes; the broker's answer is not reported. GR_FAIL: the connection is gone. */
enum status mqtt_unsubscribe(struct mqtt *m, const char *filter);
/* Tells once whether the broker has answered mid; *refused: it said no. */
bool mqtt_acked(struct mqtt *m, int mid, bool *refused);

/* Returns what to poll for. */
struct pollfd mqtt_pollfd(const struct mqtt *m);
/*
 * Serves the socket and the keep-alive; call it after poll, with its revents, and at least every
 * few seconds. GR_FAIL: the connection is gone.
 */
enum status mqtt_turn(struct mqtt *m, short revents);
/* Polls and serves once, until deadline at most. */
enum status mqtt_wait(struct mqtt *m, int64_t deadline);

#endif
