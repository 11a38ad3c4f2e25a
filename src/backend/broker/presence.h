/* SPDX-License-Identifier: Apache-2.0 */
/*
 * presence.h - publishes presence events as AWS IoT has them, on $aws/events/presence/, for
 * subscribers at the broker's Unix socket.
 *
 * Only for sessions whose client id is exactly a thing's name: a client id with a '#' has no
 * events. The reason why a session ended is left out, since Mosquitto does not tell it.
 */
#ifndef GR_BROKER_PRESENCE_H
#define GR_BROKER_PRESENCE_H

#include "broker/sessions.h"

/* Sets identifier and version of a session that begins; *last is the newest version. */
void presence_mark(struct presence *p, int64_t *last);
void presence_connected(const struct session *s);
void presence_disconnected(const struct session *s);
/* Publishes that a connection was refused; client is the client id that it gave. */
void presence_refused(const char *certificate, const char *client);

#endif
