/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backlog.h - bounds the requests that wait in the broker for gr-backendd.
 *
 * The broker keeps requests while the daemon is away, and does not tell a plugin how many it
 * keeps. So the plugin publishes a mark behind the requests now and then. The daemon sends it back
 * when all requests before it are committed, which tells how far it is.
 */
#ifndef GR_BROKER_BACKLOG_H
#define GR_BROKER_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/token_buckets.h"

enum {
	BACKLOG_MAX = 64 << 20,		/* bytes that may wait */
	BACKLOG_STEP = BACKLOG_MAX / 64,	/* from one mark to the next */
	/* of one thing, between two marks that come back */
	BACKLOG_SHARE = BACKLOG_MAX / 32,
	BACKLOG_OVERHEAD = 1024		/* of a message in the broker, beside its payload */
};

struct backlog {
	uint64_t run;		/* of the broker: marks of an earlier run are ignored */
	uint64_t sent;		/* bytes handed on since it began */
	uint64_t marked;	/* of these, what lies before the newest mark */
	uint64_t handled;	/* of these, what the daemon has committed */
	struct token_buckets *shares;	/* by thing: kilobytes of its share that are left */
	/* somebody is subscribed: the daemon, or the session that is kept for it */
	bool subscribed;
};

/* Begins with an empty backlog. False: out of memory. */
bool backlog_open(struct backlog *backlog);
void backlog_close(struct backlog *backlog);
/* Takes so many bytes from the share of this thing. False: the share is used up. */
bool backlog_take_share(struct backlog *backlog, const char *thing, size_t size, int64_t now);
/*
 * Counts a request of so many bytes. Returns NULL, or a static sentence that says why the request
 * cannot be taken; then it must not be acknowledged.
 */
const char *backlog_take(struct backlog *backlog, size_t size);
/* Publishes a mark if one is due; now: in any case. */
void backlog_mark(struct backlog *backlog, bool now);
/* Handles a mark that came back from the daemon. */
void backlog_confirm(struct backlog *backlog, const char *mark, size_t len);

#endif
