/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.h - the parts of gr-backendd: the bus (its connection to the broker), the dispatch of
 * requests, the chores. One process, one event loop.
 */
#ifndef GR_DAEMON_DAEMON_H
#define GR_DAEMON_DAEMON_H

#include <mosquitto.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/repeat.h"
#include "daemon/asked.h"
#include "daemon/channels.h"
#include "daemon/fair_queue.h"
#include "daemon/message.h"
#include "daemon/metrics.h"
#include "daemon/throttle.h"
#include "issuer/signer.h"
#include "registry/db.h"
#include "registry/settings.h"
#include "registry/stall.h"

/*
 * Messages on their way to the broker at one time, outbox rows and answers alike: libmosquitto
 * looks through all of them whenever one is confirmed.
 */
enum { SENT_MAX = 128 };
enum { BUS_FDS = 2 };

struct bus {
	/* requests come over one, all else leaves over the other; both NULL: no broker */
	struct mosquitto *reader, *writer;
	const char *socket;		/* path of the broker's Unix socket */
	/* requests not yet handled; none of them is acknowledged */
	struct fair_queue in;
	struct queue out;		/* answers that changed nothing and need no outbox */
	/* row 0: an answer */
	struct sent { int mid; int64_t row; bool acked; } sent[SENT_MAX];
	size_t sent_first, sent_count;	/* a ring, in the order in which they left */
	int64_t last_row;		/* newest outbox row handed to the broker */
	int64_t acked_row;		/* all rows up to this one may be deleted; 0: none */
	/* the newest row of which the broker has taken all before it */
	int64_t taken_row;
	bool connected;			/* the writer is */
	bool subscribed;
	/* requests reach us: subscribed, or the broker has kept our session */
	bool heard;
	bool behind;			/* so much is to be sent that nothing is read */
	bool broken;			/* the connection cannot be used any longer */
	bool missed;			/* it has been said that no broker is there */
};

struct daemon {
	struct db *db;
	struct signer signer;
	const char *authorities;	/* the folder of their certificates */
	struct bus bus;
	struct channels courier;
	struct metrics metrics;
	struct repeats *lines;		/* what was said on standard error lately */
	struct throttle *throttle;	/* of Jobs requests, by thing; NULL: no limit */
	struct asked *asked;
	struct throttle *closings;	/* of connections, by certificate */
	struct settings limits;
	int64_t quarantine_ms, own_job_ms;
	/* how long a rotation may stay QUEUED while its thing is there; 0: for ever */
	int64_t begin_ms;
	struct stall stall;
	int64_t next_chores;		/* CLOCK_BOOTTIME ms */
	int64_t clock_offset;		/* real minus boot time at the last look */
	int64_t version;		/* db_version at the last look */
	int64_t restored;		/* meta.restored at the last look */
	bool settle;			/* something was decided: reconcile now */
	/* in this batch somebody said the word that ends his own certificate */
	bool parting;
	/* no certificate is retired before the broker has this outbox row */
	int64_t parting_row;
};

/* Makes one connection attempt. GR_FAIL, one line: not this time. */
enum status bus_open(struct bus *bus);
void bus_close(struct bus *bus);
/* What poll is to wait for. */
void bus_poll(struct pollfd fds[static BUS_FDS], const struct bus *bus);
/*
 * Reads what has come, unless requests wait from the last time. GR_FAIL, one line: the connection
 * is lost.
 */
enum status bus_turn(struct bus *bus, const struct pollfd fds[static BUS_FDS]);
/*
 * Hands new outbox rows and answers to the broker, and then acknowledges the requests that were
 * read, if all of them were handled and what they changed is committed. GR_FAIL, one line: the
 * connection is lost.
 */
enum status bus_flush(struct bus *bus, struct db *db);
/* Deletes the outbox rows that the broker has taken; inside a transaction. */
enum status bus_forget_sent(struct bus *bus, struct db *db);

/*
 * More than so many connections of one certificate closed in so many minutes of the backend are an
 * alarm.
 */
enum { CLOSINGS_FEW = 4, CLOSINGS_MINUTES = 10 };
/* The plugin closed the connection of client, as m says why; inside a transaction. */
enum status closing_note(struct daemon *d, const char *certificate, const char *client,
			 const struct message *m, int64_t now);

/* A thing asks for more than it may; inside a transaction, as the next two. */
enum status flooding_note(struct daemon *d, const char *certificate, int64_t now);
/* The plugin says how much it has dropped: {"requests": N, "waiting": N, "connections": N} */
enum status flooding_count(struct daemon *d, const struct message *m);
/* What was dropped here, which the caller sets to 0 once that is on record. */
enum status flooding_count_own(struct daemon *d, const struct fair_queue *f);

/*
 * From now on a line on standard error that comes again and again is counted. NULL, one line: out
 * of memory.
 */
struct repeats *lines_open(void);
void lines_close(struct repeats *lines);	/* takes NULL */

/* Handles all waiting requests in one transaction, an event that fails being undone alone. */
enum status dispatch_batch(struct daemon *d);

/* Timers, reconciler, clock jumps: whatever is due. quiet: nothing came while we waited. */
enum status chores_run(struct daemon *d, bool quiet);
/* Milliseconds until something may be due. */
int chores_wait(struct daemon *d);

/* One piece of what jobs need done, unless the broker has too much to send already. */
enum status fleet_run(struct daemon *d);
/* Milliseconds until there is one, at most max. */
int fleet_wait(struct daemon *d, int max);

#endif
