/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recovery.h - the repairs of recover, in the order in which they are made. The lock is held and
 * the store is there.
 *
 * Each prints one line for what it did and nothing where all is well.
 */
#ifndef GR_INSTALL_CERT_RECOVERY_H
#define GR_INSTALL_CERT_RECOVERY_H

#include "rotation/device_context.h"

/*
 * A live link that leads to no working pair goes to the newest committed one, else to the newest
 * complete one.
 */
enum status recovery_live(struct device_context *desk);
/*
 * Finishes an adoption that was cut short, and puts back a link that is gone from a configured
 * path.
 */
enum status recovery_seats(struct device_context *desk);
/*
 * A new journal where there is none that can be read: idle if the live pair is committed, else a
 * trial from now on.
 */
enum status recovery_journal(struct device_context *desk);
/* Past the deadline: rolling-back, and the old pair live. */
enum status recovery_late_trial(struct device_context *desk);
/*
 * The old pair is live. Where it is gone from the disk, the rotation is over without a word on it,
 * and the pair in use stays.
 */
enum status recovery_rollback(struct device_context *desk);
/* In a token, the live pair is found under the configured label. */
enum status recovery_shown(struct device_context *desk);
/* With a committed live pair: generations that nobody names and temporary names go. */
enum status recovery_idle(struct device_context *desk);

#endif
