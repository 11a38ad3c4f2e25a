/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adopting.h - the time in which certificates of ours that the registry does not know are taken in
 * from the connections of the devices that bring them.
 *
 * An operator begins it. It ends by the timers' clock (timer_clock.h), which nobody can set; while
 * it lasts there is an alarm. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_ADOPTING_H
#define GR_REGISTRY_ADOPTING_H

#include "registry/db.h"

/*
 * Begin and end it, inside the caller's transaction; length in ms. Beginning anew replaces the
 * length.
 */
enum status adopting_begin(struct db *db, int64_t length, int64_t now);
enum status adopting_end(struct db *db);
/* Tells whether it lasts. GR_NO, silent: no. */
enum status adopting_lasts(struct db *db);
/*
 * Ends it when its time is over, and keeps the timers' clock until then. *ended: it ended just
 * now.
 */
enum status adopting_expire(bool *ended, struct db *db);

#endif
