/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wall_clock.h - tells whether the wall clock can be believed, before certificates get their
 * dates.
 *
 * A certificate that is issued by a wrong clock is of no use once the clock is put right, and by
 * then its device has destroyed the one before. So the registry keeps two times, as distances from
 * the timers' clock (timer_clock.h), with which they go on:
 *
 *   newest	the newest time by which a certificate was issued. The clock must not be behind it.
 *   proven	a time that has come for certain: by a clock that NTP keeps, that an operator has
 *		confirmed, or that has not been set since. No certificate begins later.
 *
 * Within one boot both tell to the second what the wall clock should show, and any other time is
 * in doubt. After a boot the wall clock may be ahead by what the machine was off, for up to
 * WALL_CLOCK_AWAY_MS; then certificates begin with the proven time. A clock that NTP keeps
 * (clock_is_synchronised) may be ahead by anything.
 */
#ifndef GR_REGISTRY_WALL_CLOCK_H
#define GR_REGISTRY_WALL_CLOCK_H

#include "registry/db.h"

/*
 * TOLERANCE: certificates begin 300 seconds before they are issued (ISSUER_BACKDATE), so an error
 * up to that does no harm. AWAY: a backend that was switched off for months is no fault.
 */
enum { WALL_CLOCK_TOLERANCE_MS = 300000 };
#define WALL_CLOCK_AWAY_MS (INT64_C(366) * 86400000)

enum wall_clock_state { WALL_CLOCK_WELL, WALL_CLOCK_BEHIND, WALL_CLOCK_AHEAD };
struct wall_clock {
	enum wall_clock_state state;
	int64_t now, proven;	/* ms since the epoch; proven is not after now */
	int64_t timer;		/* the timers' clock at that moment */
	int64_t off;		/* ms by which it is ahead of the newest time; behind: negative */
};

/* Reads the wall clock and compares it. GR_FAIL: one line has been written. */
enum status wall_clock_read(struct wall_clock *c, struct db *db);
/* Returns why no certificate is issued now, a static sentence; NULL: the clock is believed. */
const char *wall_clock_doubt(const struct wall_clock *c);

/*
 * Each records something, inside the caller's transaction or in one of its own. follow: small
 * steps and what NTP says; call it now and then. rely: a certificate was issued by c. confirm: an
 * operator says that the clock is right.
 */
enum status wall_clock_follow(struct db *db, const struct wall_clock *c);
enum status wall_clock_rely(struct db *db, const struct wall_clock *c);
enum status wall_clock_confirm(struct db *db, const struct wall_clock *c);

#endif
