/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retained_certificate.h - certificates that a device may still go back to, although a later
 * create request settled their rotation for the other one. A device that is not ours may hold a
 * backup of such a pair and put it back at any restart. So the certificate stays ACTIVE and
 * attached until it is released: the certificate that releases it is its successor.
 *
 * The rules (rules.h) say what is retained and what is released. Functions that change something
 * run inside the caller's transaction. On GR_FAIL one line has been written; GR_NO is silent.
 */
#ifndef GR_REGISTRY_RETAINED_CERTIFICATE_H
#define GR_REGISTRY_RETAINED_CERTIFICATE_H

#include "registry/db.h"
#include "rules/rules.h"

/* Tells whether this certificate is retained. */
enum status retained_certificate_find(struct db *db, const char *certificate);
/*
 * Finds the next retained certificate of a thing, in order of id: the first one after
 * `certificate`, which is "" at first and holds the one that was found.
 */
enum status retained_certificate_next(char certificate[static 65], struct db *db,
				      const char *thing);
/* Retains it; one that is retained stays as it is. */
enum status retained_certificate_add(struct db *db, const char *certificate, const char *thing,
				     int64_t now);
enum status retained_certificate_release(struct db *db, const char *certificate,
					 const char *successor);
/* Removes a certificate from those retained. *removed: it was retained, for this thing. */
enum status retained_certificate_remove(bool *removed, struct db *db, const char *thing,
					const char *certificate);
/* Does the same, whichever thing it was retained for. */
enum status retained_certificate_forget(struct db *db, const char *certificate);

#endif
