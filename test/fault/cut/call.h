/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - which system calls count, and what one of them is about to do.
 *
 * A call counts when it changes what outlives the processes of the run (files, links, modes, what
 * a peer on a socket sees), when it takes something from a peer, or when it makes a change
 * durable. Pipes, terminals, /dev and /proc are left out: what is in them dies with the processes.
 * Looks count only where they are asked for.
 */
#ifndef GR_CALL_H
#define GR_CALL_H

#include <linux/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	CALL_FILE = 1,	/* changes files or makes them durable */
	CALL_SPACE = 2,	/* of these, what may be answered with ENOSPC */
	CALL_NET = 4,	/* what a peer on a socket sees, a Unix socket too */
	/*
	 * takes from a peer; as many as the bytes come in, so the number is not the same
	 * at each run
	 */
	CALL_TAKE = 8,
	CALL_LOOK = 16,	/* opens for reading, reads of files, stats, close of what was written */
	CALL_NEW = 32,	/* makes a descriptor */
	CALL_PART = 64	/* may move less than it was asked to: two bytes and more */
};

enum call_kind { KIND_PLAIN, KIND_OPEN, KIND_WRITE, KIND_READ, KIND_CLOSE, KIND_IOCTL };

/* Where the object stands: a path, a path after its directory's descriptor, or a descriptor. */
enum call_shape { SHAPE_NONE, SHAPE_PATH, SHAPE_AT, SHAPE_FD };

struct call_rule {
	const char *name;
	int nr;
	enum call_kind kind;
	enum call_shape shape;
	int arg;		/* the argument that the shape begins with */
	unsigned classes;	/* all that it can be; for KIND_PLAIN, what it is */
};

/* A process that stands before a call. */
struct call_stop {
	pid_t pid;
	uint64_t nr, args[6];
};

struct call {
	const char *name;
	unsigned classes;		/* 0: does not count */
	char object[PATH_MAX];		/* "" where it cannot be told */
};

const struct call_rule *call_rules(size_t *count);
/* The argument that holds the flags of an open; -1: they lie in memory. */
int call_flags_arg(const struct call_rule *rule);

/* What the stopped call is. A process that is gone meanwhile leaves classes 0. */
void call_read(struct call *call, const struct call_stop *stop);

#endif
