/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mend.h - the repairs of recover, in the order in which they are made. The lock is held and the store is there.
 *
 * Each prints one line for what it did and nothing where all is well.
 */
#ifndef GR_MEND_H
#define GR_MEND_H

#include "desk.h"

/* A live link that leads to no working pair goes to the newest committed one, else to the newest complete one. */
enum status mend_live(struct desk *desk);
/* Finishes an adoption that was cut short, and puts back a link that is gone from a configured path. */
enum status mend_seats(struct desk *desk);
/* A new journal where there is none that can be read: idle if the live pair is committed, else a trial from now on. */
enum status mend_journal(struct desk *desk);
/* Past the deadline: rolling-back, and the old pair live. */
enum status mend_late_trial(struct desk *desk);
/* The old pair is live. Where it is gone from the disk, the rotation is over without a word on it, and the pair in use stays. */
enum status mend_rollback(struct desk *desk);
/* In a token, the live pair is found under the configured label. */
enum status mend_shown(struct desk *desk);
/* With a committed live pair: generations that nobody names and temporary names go. */
enum status mend_idle(struct desk *desk);

#endif
