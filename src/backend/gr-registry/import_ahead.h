/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_ahead.h - the lines of an import, read and decoded by a thread of their own while those
 * before go into the registry: to decode the certificates takes longer than all the rest.
 */
#ifndef GR_REGISTRY_IMPORT_AHEAD_H
#define GR_REGISTRY_IMPORT_AHEAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "gr-registry/import_line.h"
#include "status.h"

enum {
	/* lines for one transaction: short, so that the daemon is not kept waiting */
	IMPORT_BATCH = 500,
	/* or as many lines as have that: what is read ahead is held in memory */
	IMPORT_BATCH_BYTES = 8 << 20,
	IMPORT_LINE_MAX = 1 << 20
};

struct import_batch {
	struct import_said lines[IMPORT_BATCH];
	int count;
	size_t bytes;
	/*
	 * GR_OK: others follow. GR_NO: there are none. Else why holds what is wrong with the next
	 * one
	 */
	enum status more;
	char why[128];
};

struct import_ahead {
	int fd;			/* borrowed */
	int stop[2];		/* a pipe, whose end wakes the thread */
	pthread_t thread;
	pthread_mutex_t lock;	/* of the next four */
	pthread_cond_t changed;
	unsigned filled, emptied;
	bool stopped;
	bool taken;		/* the caller has one */
	struct import_batch *batches;	/* two, by turns */
	char *text;		/* the thread's own: what was read and is no line yet */
	size_t len;
	bool end;
};

/* GR_FAIL, one line: no thread, no memory; there is nothing to stop then. */
enum status import_ahead_start(struct import_ahead *a, int fd);
/*
 * The next batch, which is the caller's until it asks again. It waits for a full one, but where
 * nothing comes for a moment it takes what is there. Not to be called after one without more.
 */
struct import_batch *import_ahead_next(struct import_ahead *a);
/* Whatever it is doing, a read of a pipe that is silent too. Once, when started. */
void import_ahead_stop(struct import_ahead *a);

#endif
