/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_connection.h - the daemon's two MQTT connections to the broker, over its Unix socket.
 *
 * Requests come in over the reader; answers and outbox rows leave over the writer. A request is
 * acknowledged only when what it changed is committed and its answer has left, so a daemon that is
 * killed gets it again.
 */
#ifndef GR_DAEMON_BROKER_CONNECTION_H
#define GR_DAEMON_BROKER_CONNECTION_H

#include <mosquitto.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/fair_queue.h"
#include "daemon/message.h"
#include "registry/db.h"

/*
 * Messages on their way to the broker at one time, outbox rows and answers alike: libmosquitto
 * looks through all of them whenever one is confirmed.
 */
enum { BROKER_CONNECTION_SENT_MAX = 128 };
enum { BROKER_CONNECTION_FDS = 2 };

struct broker_connection {
	struct mosquitto *reader, *writer;	/* both NULL: there is no connection */
	const char *socket;		/* path of the broker's Unix socket */
	struct fair_queue in;		/* requests that were read and not handled yet */
	struct message_queue out;	/* answers that changed nothing and need no outbox */
	/* a ring, in the order in which they left; row 0: an answer */
	struct sent { int mid; int64_t row; bool acked; } sent[BROKER_CONNECTION_SENT_MAX];
	size_t sent_first, sent_count;
	int64_t last_row;		/* newest outbox row handed to the broker */
	int64_t acked_row;		/* all rows up to this one may be deleted; 0: none */
	/* the newest row of which the broker has confirmed all before it */
	int64_t taken_row;
	bool connected;			/* the writer is */
	bool subscribed;		/* the reader is */
	/* requests reach us: subscribed, or the broker has kept our session */
	bool heard;
	bool behind;			/* so much waits to be sent that nothing is read */
	bool broken;			/* the connection cannot be used any longer */
	pid_t broker;			/* process at the other end, now or last; 0: not known */
	bool lost;			/* the last connection ended from the other end */
	bool missed;			/* the line that no broker is there has been written */
};

/* Makes one attempt to connect. GR_FAIL, one line unless it was written before: it failed. */
enum status broker_connection_open(struct broker_connection *c);
void broker_connection_close(struct broker_connection *c);
/* Fills fds with what poll is to wait for. */
void broker_connection_poll(struct pollfd fds[static BROKER_CONNECTION_FDS],
			    const struct broker_connection *c);
/*
 * Reads what has come, unless requests wait from the last time. GR_FAIL, one line: the connection
 * is lost.
 */
enum status broker_connection_read(struct broker_connection *c,
				   const struct pollfd fds[static BROKER_CONNECTION_FDS]);
/*
 * Hands new outbox rows and answers to the broker. Then acknowledges the requests that were read,
 * if all of them were handled and what they changed is committed. GR_FAIL, one line: the
 * connection is lost.
 */
enum status broker_connection_flush(struct broker_connection *c, struct db *db);
/* Deletes the outbox rows that the broker has confirmed; inside a transaction. */
enum status broker_connection_forget_sent(struct broker_connection *c, struct db *db);

#endif
