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
 * Copies from the live registry what must not go back in time, in a transaction of copy: numbers
 * that the daemon and the broker have seen are not used again, not even those of the seconds until
 * the copy takes the place of live; clients whose certificate is not ACTIVE in the copy will be
 * dropped; operators still get the alarms that they were not told of.
 */
enum status restoration_take_over(struct db *copy);
/*
 * Prepares the copy, in a transaction of it: deletes the messages that it was about to send,
 * records that no thing is connected, pauses retirement until restoration_end, and raises an alarm
 * that says of which time the copy is.
 */
enum status restoration_begin(struct db *copy, const char *as_of, int64_t now);
/*
 * Ends the pause of retirement, and deletes the alarm. GR_NO, one line: retirement is not paused.
 */
enum status restoration_end(struct db *db);

#endif
