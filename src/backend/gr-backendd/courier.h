/*
 * courier.h - takes notices to the channels: one program of HOME/notify.d each, that gets one notice at a time on its
 * standard input. Nothing here waits: children are started, and looked after in later turns.
 *
 * A channel has its notices in order, each until its program has ended with 0, or with 100, which gives it up; any other end,
 * or none within half a minute, is tried again after a growing delay. No channel waits for another.
 */
#ifndef GR_COURIER_H
#define GR_COURIER_H

#include <limits.h>
#include <sys/types.h>

#include "registry/home.h"
#include "registry/notice.h"

enum { COURIER_CHANNELS = 16 };

struct courier_post {
	struct notice_channel channel;
	int64_t notice;		/* that is on its way */
	pid_t pid;		/* of its program, which leads a process group; 0: none is */
	int64_t until;		/* clock_boot_ms: when that is ended */
	bool late;		/* it was */
	bool changed;		/* not saved yet */
};
struct courier {
	struct courier_post posts[COURIER_CHANNELS];
	size_t count;
	bool gone;		/* a channel went: to be saved */
	bool crowded;		/* it has been said that there are too many */
	char dir[PATH_MAX], home[PATH_MAX + 16], socket[PATH_MAX + 32], path[PATH_MAX];	/* folder, and environment of the programs */
	int64_t minute_ms;
	int64_t next;		/* clock_boot_ms: of the next chores */
};

/* socket is the broker's. */
void courier_open(struct courier *c, const struct home *home, const char *socket, int64_t minute_ms);
/* Ends programs that still run; their notices are not delivered. */
void courier_close(struct courier *c);

/* Programs that have ended are judged, those that are late are ended, and new ones are started. Outside a transaction. */
enum status courier_turn(struct courier *c, struct db *db);
/*
 * Once a second, however often it is called: what channels are there? How far they are is written down, and what all of
 * them have is forgotten. Outside a transaction.
 */
enum status courier_chores(struct courier *c, struct db *db);

#endif
