/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restored_copy.h - what must be changed in an old copy of the registry before it takes the place
 * of the live one. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_RESTORED_COPY_H
#define GR_REGISTRY_RESTORED_COPY_H

#include "registry/db.h"

/* Lets copy read from live as well, for restored_copy_take_over; outside a transaction. */
enum status restored_copy_attach(struct db *copy, struct db *live);
enum status restored_copy_detach(struct db *copy);
/*
 * Copies from the live registry what must not go back in time, in a transaction of copy: numbers
 * that the daemon and the broker have seen are not used again, not even those of the seconds until
 * the copy takes the place of live; clients whose certificate is not ACTIVE in the copy will be
 * dropped; operators still get the alarms that they were not told of.
 */
enum status restored_copy_take_over(struct db *copy);
/*
 * Prepares the copy, in a transaction of it: deletes the messages that it was about to send,
 * records that no thing is connected, pauses retirement until restored_copy_end, and raises an
 * alarm that says of which time the copy is.
 */
enum status restored_copy_begin(struct db *copy, const char *as_of, int64_t now);
/*
 * Ends the pause of retirement, and deletes the alarm. GR_NO, one line: retirement is not paused.
 */
enum status restored_copy_end(struct db *db);

#endif
