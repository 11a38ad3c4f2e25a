/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stall.h - finds rotations that do not begin: QUEUED for long, although the thing was connected
 * meanwhile.
 *
 * A thing that was not connected does not count: it has not been asked yet. One that was connected
 * and does not begin cannot say so itself, so an alarm does, once for each execution.
 */
#ifndef GR_REGISTRY_STALL_H
#define GR_REGISTRY_STALL_H

#include "registry/db.h"

/*
 * Tells whether the thing of an execution is connected, or was after the execution was queued.
 * GR_NO: no, so it has not been asked yet.
 */
enum status stall_was_there(struct db *db, int64_t execution);
/* Counts the executions, QUEUED before a time, whose things have not been asked yet. */
enum status stall_count_away(int64_t *count, struct db *db, int64_t before);

/* How far stall_look is in the list of all pending executions; zeroed: at its start. */
struct stall {
	char thing[129], status[16];
	int64_t queued, id;
};
/*
 * Looks at the next few executions, and raises alarms for those that have stood QUEUED, with the
 * thing connected in that time, for more than patience_ms. Outside a transaction.
 */
enum status stall_look(struct stall *stall, struct db *db, int64_t patience_ms, int64_t now);

#endif
