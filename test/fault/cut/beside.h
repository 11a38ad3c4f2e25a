/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beside.h - a command that runs beside the program from its N-th call on: whoever stands before a
 * counted call, or comes to one, waits there until the command has ended. All others go on.
 */
#ifndef GR_BESIDE_H
#define GR_BESIDE_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BESIDE_MAX = 64 };

struct beside {
	const char *command;		/* for sh; NULL: there is none */
	pid_t pid;			/* 0: it does not run */
	pid_t held[BESIDE_MAX];		/* stopped; the first is the one that met it */
	size_t count;
};

/* Starts the command; the process that came to call N is the first that is held. */
enum status beside_start(struct beside *beside, pid_t met);

/* True: the command runs, and the stopped process is held. */
bool beside_hold(struct beside *beside, pid_t pid);

#endif
