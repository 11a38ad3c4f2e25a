/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer.h - a program of ours that works in a folder of its own, as the user whose folder that is:
 * gr-signer, gr-notifier.
 *
 * Whoever owns the folder starts one for himself; everybody else asks the one that serves there.
 * Either way messages (wire.h) go over a SOCK_SEQPACKET socket. On any status but GR_OK one line
 * has been written.
 */
#ifndef GR_BASE_PEER_H
#define GR_BASE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "status.h"

struct peer {
	int fd;		/* -1: none */
	pid_t pid;	/* of one that we started; 0: it serves there */
};
struct peer_kind {
	const char *program;	/* "gr-signer": beside our own program */
	const char *socket;	/* "sign.sock": in the folder */
};

/*
 * GR_FAIL: nobody serves there, or it is not the folder's owner; or none could be started. GR_BAD:
 * there is no such folder.
 */
enum status peer_open(struct peer *peer, const struct peer_kind *kind, const char *dir);
/* One that we started ends by it; waits for that. Takes one that is closed. */
void peer_close(struct peer *peer);

/* The same without waiting for what it does: for one that does not answer. */
void peer_kill(struct peer *peer);

/* The serving side: a socket for the folder's owner and group. GR_FAIL. */
enum status peer_listen(int *fd, const struct peer_kind *kind, const char *dir);

#endif
