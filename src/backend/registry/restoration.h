/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restoration.h - what must be changed in an old copy of the registry before it takes the place of
 * the live one. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_RESTORATION_H
#define GR_REGISTRY_RESTORATION_H

#include "registry/db.h"

/* Lets copy read from live as well, for restoration_take_over; outside a transaction. */
enum status restoration_attach(struct db *copy, struct db *live);
enum status restoration_detach(struct db *copy);
/*
 * Takes into the copy what must not go back in time. Numbers that the daemon and the broker have
 * seen are not given out again, not even those of the seconds until the copy takes its place.
 * Clients whose certificate is not ACTIVE in the copy are to be dropped. Alarms that operators
 * have not been told of are told. In a transaction of copy.
 */
enum status restoration_take_over(struct db *copy);
/*
 * In a transaction of copy: messages that it was about to send are deleted, nobody is connected,
 * nothing is retired until restoration_end, and an alarm says of which time the copy is.
 */
enum status restoration_begin(struct db *copy, const char *as_of, int64_t now);
/* Retires again, and deletes the alarm. GR_NO, one line: retirement is not paused. */
enum status restoration_end(struct db *db);

#endif
