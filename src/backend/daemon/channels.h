/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channels.h - takes notices to the channels: one program of notify.d each, that gets one notice
 * at a time on its standard input. gr-notifier runs them. Nothing here waits: what is under way is
 * looked after in later turns.
 *
 * A channel has its notices in order, each until its program has ended with 0, or with 100, which
 * gives it up; any other end, or none within half a minute, is tried again after a growing delay.
 * No channel waits for another.
 */
#ifndef GR_DAEMON_CHANNELS_H
#define GR_DAEMON_CHANNELS_H

#include <limits.h>

#include "base/peer.h"
#include "base/wire.h"
#include "registry/home.h"
#include "registry/notification.h"

enum { CHANNELS_CHANNELS = 16 };

struct channels_post {
	struct notification_channel channel;
	int64_t notice;		/* that is on its way */
	bool under_way;
	struct peer peer;	/* the gr-notifier that has it */
	int64_t until;		/* clock_boot_ms: when that is not waited for any longer */
	bool changed;		/* not saved yet */
};
struct channels {
	struct channels_post posts[CHANNELS_CHANNELS];
	size_t count;
	bool gone;		/* a channel went: to be saved */
	bool crowded;		/* it has been said that there are too many */
	/* gr-notifier's folder, and notify.d in it */
	char notifier[PATH_MAX], dir[PATH_MAX];
	char home[PATH_MAX], socket[PATH_MAX];		/* for the environment of the programs */
	struct wire wire;
	int64_t minute_ms;
	int64_t next;		/* clock_boot_ms: of the next chores */
};

/* socket is the broker's. */
void channels_open(struct channels *c, const struct home *home, const char *socket,
		   int64_t minute_ms);
/* Ends programs that still run; their notices are not delivered. */
void channels_close(struct channels *c);

/*
 * Programs that have ended are judged, those that are late are ended, and new ones are started.
 * Outside a transaction.
 */
enum status channels_turn(struct channels *c, struct db *db);
/*
 * Once a second, however often it is called: what channels are there? How far they are is written
 * down, and what all of them have is forgotten. Outside a transaction.
 */
enum status channels_chores(struct channels *c, struct db *db);

#endif
