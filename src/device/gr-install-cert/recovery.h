/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recovery.h - the repairs of recover, in the order in which they are made. The caller holds the
 * lock, and the store exists.
 *
 * Each prints one line for what it did and nothing where all is well.
 */
#ifndef GR_INSTALL_CERT_RECOVERY_H
#define GR_INSTALL_CERT_RECOVERY_H

#include "rotation/device_context.h"

/*
 * Points live, where it leads to no complete pair, to the newest committed one, else to the newest
 * complete one.
 */
enum status recovery_live(struct device_context *context);
/* Finishes an adoption that was cut short, and puts back a link that a configured path lost. */
enum status recovery_paths(struct device_context *context);
/* Ends a trial past its deadline: enters rolling-back and makes the old pair live. */
enum status recovery_late_trial(struct device_context *context);
/*
 * Makes the old pair live. Where that is gone from the disk, the pair in use stays, and the
 * rotation is over.
 */
enum status recovery_rollback(struct device_context *context);
/*
 * Makes a runtime find the live pair in a token, where the objects' labels must follow the link
 * live.
 */
enum status recovery_shown(struct device_context *context);
/*
 * Removes, if the live pair is committed, temporary files, and generations that are neither live
 * nor named in the journal.
 */
enum status recovery_idle(struct device_context *context);

#endif
