/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper_process.h - connects to gr-signer or gr-notifier. Each of them works in a folder of its
 * own, as the user who owns that folder.
 *
 * A process of the folder's owner starts the program as its child; any other process connects to
 * the socket of the program that runs there as a service. Either way messages (wire.h) go over a
 * SOCK_SEQPACKET socket. On any status but GR_OK one line has been written.
 */
#ifndef GR_BASE_HELPER_PROCESS_H
#define GR_BASE_HELPER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "status.h"

struct helper_process {
	int fd;		/* the socket; -1: not connected */
	pid_t pid;	/* of the child; 0: not a child, it runs as a service */
};
struct helper_process_kind {
	const char *program;	/* "gr-signer", in the directory of the running program */
	const char *socket;	/* "sign.sock", in the folder */
};

/*
 * Starts the program, or connects to it, for the folder dir. GR_FAIL: it cannot be started; or it
 * does not run, or runs as somebody other than the folder's owner and root. GR_BAD: there is no
 * such folder.
 */
enum status helper_process_open(struct helper_process *helper,
				const struct helper_process_kind *kind, const char *dir);
/*
 * Closes the connection. A child ends when it sees that, and is waited for. May be called again on
 * a helper that is closed.
 */
void helper_process_close(struct helper_process *helper);

/* Kills a child, then closes: for a program that does not answer. */
void helper_process_kill(struct helper_process *helper);

/* For the program itself: listens on the socket in dir, for the folder's owner and group. */
enum status helper_process_listen(int *fd, const struct helper_process_kind *kind,
				  const char *dir);

#endif
