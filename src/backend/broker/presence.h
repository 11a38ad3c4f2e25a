/* SPDX-License-Identifier: Apache-2.0 */
/*
 * presence.h - presence events as AWS IoT has them, on $aws/events/presence/: for whoever listens
 * at the broker's Unix socket.
 *
 * Only sessions under exactly a thing's name: a client id with a '#' has no events. Why a session
 * ended is not told, since Mosquitto does not tell us.
 */
#ifndef GR_BROKER_PRESENCE_H
#define GR_BROKER_PRESENCE_H

#include "broker/session.h"

/* Marks a session that begins; last is the broker's newest version. */
void presence_mark(struct presence *p, int64_t *last);
void presence_connected(const struct session *s);
void presence_disconnected(const struct session *s);
/* client is what the refused one called itself. */
void presence_refused(const char *certificate, const char *client);

#endif
