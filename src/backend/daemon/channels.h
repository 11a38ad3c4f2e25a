/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channels.h - delivers notifications over channels. A channel is a program in notify.d, which
 * gets one notification at a time on its standard input; gr-notifier runs it. Nothing here waits:
 * deliveries that have begun are looked at in later turns of the event loop.
 *
 * A channel gets its notifications in order. One is delivered when the program exits with 0, and
 * given up when it exits with 100; otherwise, and when the program takes longer than half a
 * minute, it is tried again after a growing delay. No channel waits for another.
 */
#ifndef GR_DAEMON_CHANNELS_H
#define GR_DAEMON_CHANNELS_H

#include <limits.h>

#include "base/helper_process.h"
#include "base/wire.h"
#include "registry/home.h"
#include "registry/notification.h"

enum { CHANNELS_MAX = 16 };

struct channels_delivery {
	struct notification_channel channel;
	int64_t notification;	/* that is being delivered */
	bool under_way;
	struct helper_process helper;	/* the gr-notifier that has it */
	int64_t until;		/* clock_boot_ms: an answer that comes later is not waited for */
	bool changed;		/* channel is not saved yet */
};
struct channels {
	struct channels_delivery deliveries[CHANNELS_MAX];	/* one for each channel */
	size_t count;
	bool gone;		/* a channel was removed: to be saved */
	bool crowded;		/* the line about too many channels has been written */
	/* gr-notifier's directory, and notify.d in it */
	char notifier[PATH_MAX], dir[PATH_MAX];
	char home[PATH_MAX], socket[PATH_MAX];	/* for the environment of the programs */
	struct wire wire;
	int64_t minute_ms;
	int64_t next;		/* clock_boot_ms: of the next housekeeping */
};

/* Prepares the channels; socket is the broker's. */
void channels_open(struct channels *c, const struct home *home, const char *socket,
		   int64_t minute_ms);
/* Ends programs that still run; what they had is not delivered. */
void channels_close(struct channels *c);

/*
 * Takes the results of programs that have ended, ends those that took too long, and starts new
 * deliveries. Outside a transaction. On GR_FAIL one line has been written.
 */
enum status channels_deliver(struct channels *c, struct db *db);
/*
 * Looks which channels there are, saves how far each is, and deletes notifications that all of
 * them have; at most once a second, however often it is called. Outside a transaction. On GR_FAIL
 * one line has been written.
 */
enum status channels_housekeeping(struct channels *c, struct db *db);

#endif
