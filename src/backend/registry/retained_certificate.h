/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retained_certificate.h - certificates that a device may still go back to, although a later
 * create settled their rotation for the other one. A device that is not ours may hold a backup of
 * such a pair and put it back at any restart, so the backend leaves it ACTIVE and attached until a
 * later rotation of the thing succeeded, or until the thing is first seen over a certificate that
 * was issued over another one: then a backup can only be of that other one. The thing never has
 * more than three certificates by that.
 *
 * Functions work inside the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_RETAINED_CERTIFICATE_H
#define GR_REGISTRY_RETAINED_CERTIFICATE_H

#include "registry/db.h"

/*
 * The thing uses certificate: a session as exactly the thing, or a create that is granted. The
 * first time may release others.
 */
enum status retained_certificate_see(struct db *db, const char *thing, const char *certificate,
				     int64_t now);
/*
 * A create over certificate settles the open rotations of this thing but `execution`: their losers
 * are kept if their device is not ours and the thing was seen over them. Called before the
 * survivors are written.
 */
enum status retained_certificate_add_losers(struct db *db, const char *thing, int64_t execution,
					    const char *certificate, int64_t now);
/*
 * A create over certificate: if that was kept, it is in use again, and what the thing was seen
 * over since is kept in its place. *returned tells.
 */
enum status retained_certificate_return(bool *returned, struct db *db, const char *thing,
					const char *certificate, int64_t now);
/* The thing succeeded with successor: nothing is gone back to any more. */
enum status retained_certificate_release(struct db *db, const char *thing, const char *successor);
/*
 * The first one that is released and whose successor is ACTIVE and attached to the thing, so that
 * it may be retired; GR_NO: none. attached: it still belongs to the thing; else it is only to be
 * forgotten here.
 */
enum status retained_certificate_next_released(char certificate[static 65], bool *attached,
					       struct db *db);
enum status retained_certificate_forget(struct db *db, const char *certificate);

#endif
