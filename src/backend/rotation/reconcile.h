/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile.h - the reconciler: it retires the certificates that lost their rotation, or that no
 * device can go back to any more, and deletes them when their quarantine is over.
 *
 * On GR_FAIL one line has been written.
 */
#ifndef GR_ROTATION_RECONCILE_H
#define GR_ROTATION_RECONCILE_H

#include <stdbool.h>

#include "registry/db.h"

/*
 * Does a part of what is due, inside the caller's transaction. A failure undoes nothing but the
 * part that failed. *more: more is due than was done now. Does nothing while retirement is paused
 * (retirement.h). A rotation whose survivor is not usable is left as it is, and raises one alarm.
 */
enum status reconcile_run(bool *more, struct db *db, int64_t quarantine_ms, int64_t now);
/* Tells whether there is anything to do. GR_NO, silent: no, or retirement is paused. */
enum status reconcile_is_due(struct db *db, int64_t quarantine_ms, int64_t now);

#endif
