/* SPDX-License-Identifier: Apache-2.0 */
/* spawn.h - starts another program, which inherits nothing from this one but standard error. */
#ifndef GR_BASE_SPAWN_H
#define GR_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

struct spawn {
	const char *path;	/* of the program */
	char *const *argv, *const *env;
	int input;		/* becomes its standard input */
	bool apart;		/* start it as leader of a new process group, in the directory / */
};

/*
 * Starts the program: its standard output is /dev/null, no descriptor above 2 is open, no signal
 * is blocked or ignored. Returns 0 or an errno.
 */
int spawn_start(pid_t *pid, const struct spawn *spawn);

#endif
