/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backlog.h - how much waits for gr-backendd, and how much may.
 *
 * The broker keeps what is said while the daemon is away, and does not tell us how much it keeps.
 * So a mark goes behind the requests now and then; the daemon sends it back when all before it is
 * on record, and says so how far it is.
 */
#ifndef GR_BROKER_BACKLOG_H
#define GR_BROKER_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bucket.h"

enum {
	BACKLOG_MAX = 64 << 20,		/* bytes that may wait */
	BACKLOG_STEP = BACKLOG_MAX / 64,	/* from one mark to the next */
	/* of one thing, between two marks that come back */
	BACKLOG_SHARE = BACKLOG_MAX / 32,
	BACKLOG_OVERHEAD = 1024		/* of a message in the broker, beside its payload */
};

struct backlog {
	uint64_t life;		/* of this broker: the marks of an earlier one say nothing */
	uint64_t sent;		/* bytes handed on since it began */
	uint64_t marked;	/* of these, what lies before the newest mark */
	uint64_t handled;	/* of these, what the daemon has on record */
	struct buckets *shares;	/* by thing: kilobytes of its share that are left */
	/* somebody is subscribed: the daemon, or the session that was kept for it */
	bool heard;
};

/* False: out of memory. */
bool backlog_open(struct backlog *backlog);
void backlog_close(struct backlog *backlog);
/* May so many bytes more wait on account of this thing? They have been counted. */
bool backlog_shares(struct backlog *backlog, const char *thing, size_t size, int64_t now);
/*
 * NULL: a request of so many bytes can be taken, and has been counted. Else why not: it must not
 * be acknowledged.
 */
const char *backlog_refuses(struct backlog *backlog, size_t size);
/* Sends a mark if one is due; now: in any case. */
void backlog_mark(struct backlog *backlog, bool now);
/* A mark came back. */
void backlog_settle(struct backlog *backlog, const char *mark, size_t len);

#endif
