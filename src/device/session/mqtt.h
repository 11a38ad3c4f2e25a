/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mqtt.h - one MQTT 3.1.1 connection over mutual TLS, and the other side's verdict on who we are.
 *
 * Clean session, QoS 1. Callbacks only fill the struct; mqtt_turn is the one place where the
 * socket is served. Times are clock_boot_ms. On any status but GR_OK one line has been written;
 * after mqtt_open has failed there is nothing to close, after any other failure mqtt_close is
 * still due.
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
 * Answers to what we sent, by message id, until mqtt_acked asks for them or newer ones need the
 * place.
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
	 * no acknowledgement for so long while one is due: the connection is lost; 0: the
	 * keep-alive alone decides
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
 * Connects as the client id, within the deadline. patience_ms is for the caller to set afterwards.
 * GR_OK: the broker took us. GR_NO: it refused us for good (bad identity, or not authorised, in
 * CONNACK; or a TLS alert about our certificate from a server that had proven its name). GR_FAIL:
 * everything that is no verdict: no such name, no route, an unverifiable server, time, silence.
 * GR_BAD: as tls_open. Messages go to queue. SIGPIPE is ignored from here on.
 */
enum status mqtt_open(struct mqtt *m, const struct tls_setup *setup, const char *client_id,
		      struct message_queue *queue, int64_t deadline);
/* Says goodbye and releases; takes a zeroed struct. */
void mqtt_close(struct mqtt *m);

/*
 * Starts; *mid is what mqtt_acked will know it by. GR_FAIL: the connection is gone. GR_BAD: MQTT
 * allows no such topic.
 */
enum status mqtt_publish(struct mqtt *m, int *mid, const char *topic, const void *payload,
			 size_t len);
enum status mqtt_subscribe(struct mqtt *m, int *mid, const char *filter);
/* Nobody waits for its answer. GR_FAIL: the connection is gone. */
enum status mqtt_unsubscribe(struct mqtt *m, const char *filter);
/* True once the broker has answered mid, which is then forgotten; *refused: it said no. */
bool mqtt_acked(struct mqtt *m, int mid, bool *refused);

/* What to poll for. */
struct pollfd mqtt_pollfd(const struct mqtt *m);
/*
 * Serves the socket and the keep-alive; call it after poll, with its revents, and at least every
 * few seconds. GR_FAIL: the connection is gone.
 */
enum status mqtt_turn(struct mqtt *m, short revents);
/* Polls and serves once, until deadline at most. */
enum status mqtt_wait(struct mqtt *m, int64_t deadline);

#endif
