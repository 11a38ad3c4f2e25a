/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_socket.h - the Unix socket of gr-link. Its path may be longer than sun_path, and each side
 * checks which user is at the other end.
 */
#ifndef GR_SESSION_LINK_SOCKET_H
#define GR_SESSION_LINK_SOCKET_H

#include <stdbool.h>

#include "status.h"

/*
 * Makes a listening socket at path, mode 0600. One that is there already is replaced in one step,
 * so that there is a socket at any time. GR_FAIL, one line: it cannot be made.
 */
enum status link_socket_listen(int *fd, const char *path);
/*
 * Connects to path, the value of GR_LINK_SOCKET. GR_FAIL, one line: no process listens there, or
 * it runs as another user.
 */
enum status link_socket_connect(int *fd, const char *path);
/* Tells whether the process at the other end, *pid, runs as us or as root. */
bool link_socket_peer_is_us(int fd, long *pid);

#endif
