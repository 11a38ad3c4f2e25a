/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settlement.h - what follows from what a thing does: which earlier rotations are settled by a
 * create request, which certificates are retained for a device that may go back to them, and which
 * of those are released.
 *
 * Functions work inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_ROTATION_SETTLEMENT_H
#define GR_ROTATION_SETTLEMENT_H

#include <stdbool.h>

#include "registry/rotation.h"

/*
 * Records that the thing uses certificate: a session of exactly the thing began over it, or a
 * create request came over it. The first time this may release retained certificates.
 */
enum status settlement_seen(struct db *db, const char *thing, const char *certificate,
			    int64_t now);
/*
 * Handles a create request for execution that came over certificate and is granted, so that
 * certificate is what the device uses now: settles the open rotations of other executions, and
 * retains the certificates to which a device that is not ours may still go back. *settled:
 * something was changed.
 */
enum status settlement_create(bool *settled, struct db *db, const char *thing, int64_t execution,
			      const char *certificate, int64_t now);
/*
 * An operator says which certificate the thing keeps: settles all its rotations that have no end,
 * and releases every other certificate, so that it is retired.
 */
enum status settlement_keep_only(struct db *db, const char *thing, const char *certificate,
				 int64_t now);
/*
 * Writes the other survivor into a decided rotation, with an alarm: the device lives on the
 * certificate that had lost.
 */
enum status settlement_turn(struct db *db, const struct rotation *r, enum survivor survivor,
			    int64_t now);
/*
 * Handles the success of a rotation: the thing uses survivor, and does not go back to any other
 * certificate.
 */
enum status settlement_success(struct db *db, const char *thing, const char *survivor);

#endif
