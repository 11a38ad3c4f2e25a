/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.h - another program, with nothing of ours in it but standard error. */
#ifndef GR_BASE_SPAWN_H
#define GR_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

struct spawn {
	const char *path;	/* of the program */
	char *const *argv, *const *env;
	int input;		/* becomes its standard input */
	bool apart;		/* leads a process group, and works in / */
};

/*
 * Standard output goes nowhere, no other descriptor is open, no signal is blocked or ignored. 0,
 * or an errno.
 */
int spawn_start(pid_t *pid, const struct spawn *spawn);

#endif
