/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settlement.h - what a thing shows by what it does: which earlier rotations are settled by a
 * create request, which certificates are retained for a device that may go back to them, and which
 * of those are released.
 *
 * Functions work inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_ROTATION_SETTLEMENT_H
#define GR_ROTATION_SETTLEMENT_H

#include <stdbool.h>

#include "registry/db.h"

/*
 * The thing uses certificate: a session of exactly the thing began over it, or a create request
 * came over it. The first time may release retained certificates.
 */
enum status settlement_seen(struct db *db, const char *thing, const char *certificate,
			    int64_t now);
/*
 * A create request for execution came over certificate and is granted: the device has moved on,
 * and certificate is what it uses. The open rotations of other executions are settled, and what a
 * device that is not ours may still go back to is retained. *settled: something was changed.
 */
enum status settlement_create(bool *settled, struct db *db, const char *thing, int64_t execution,
			      const char *certificate, int64_t now);
/* A rotation of the thing succeeded: it uses survivor, and goes back to none any more. */
enum status settlement_success(struct db *db, const char *thing, const char *survivor);

#endif
