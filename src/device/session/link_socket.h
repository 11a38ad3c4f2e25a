/* SPDX-License-Identifier: Apache-2.0 */
/* link_socket.h - Unix sockets whose path may be longer than sun_path, and who is at the other end. */
#ifndef GR_SESSION_LINK_SOCKET_H
#define GR_SESSION_LINK_SOCKET_H

#include <stdbool.h>

#include "status.h"

/*
 * A listening socket at path, mode 0600. One that is there already is replaced in one step, so
 * that nobody ever finds none. GR_FAIL, one line.
 */
enum status link_socket_listen(int *fd, const char *path);
/*
 * path is what GR_LINK_SOCKET says. GR_FAIL, one line: nobody listens there, or it is somebody
 * else.
 */
enum status link_socket_connect(int *fd, const char *path);
/* True when the process at the other end, *pid, is ours or root's. */
bool link_socket_peer_is_us(int fd, long *pid);

#endif
