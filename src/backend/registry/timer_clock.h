/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer_clock.h - the clock by which the timers of executions run.
 *
 * It is the registry's own, because the wall clock can be wrong when the daemon starts, and can
 * be set while it runs. Within one boot of the machine it runs with CLOCK_BOOTTIME, which nobody
 * sets, and so it is the same for the daemon, for another daemon after it and for the operator's
 * programs. In another boot, or on another machine, it goes on from where it was known to be: how
 * long the machine was off is not counted, since only the wall clock could tell. So no timer ends
 * because a clock was set, and none gets longer by more than the daemon was away.
 *
 * Its times are in ms and begin near the wall clock's when the registry first needs one; they are
 * good for comparison with each other alone. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_TIMER_CLOCK_H
#define GR_REGISTRY_TIMER_CLOCK_H

#include "registry/db.h"

/* Reads the clock. In a boot in which timer_clock_keep was not called yet it stands still. */
enum status timer_clock_now(int64_t *now, struct db *db);
/*
 * Records where the clock is, so that it goes on in this boot and in the next one. Call it when
 * the daemon starts and ends, when a timer is set, and now and then while one runs.
 */
enum status timer_clock_keep(struct db *db);

#endif
