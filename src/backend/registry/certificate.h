/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate.h - registered certificates: status, attachment to a thing. The rules of order are
 * those of AWS IoT: INACTIVE, detached, without policies, only then deleted.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO and GR_FAIL one
 * line has been written unless said otherwise.
 */
#ifndef GR_REGISTRY_CERTIFICATE_H
#define GR_REGISTRY_CERTIFICATE_H

#include "cert.h"
#include "registry/db.h"
#include "strength.h"

struct certificate {
	char id[65];
	char thing[129];	/* "" when attached to none */
	char spki[65];		/* which key it certifies: key_identity */
	char authority[65];	/* who signed it; "" when that is not known */
	bool active, revoked, private;
	bool seen;		/* its thing was seen over it */
	int64_t created, retired;	/* retired: 0 when it is not */
	int64_t not_after;		/* ms */
};

/* Reads a certificate's row. GR_NO, silent: not registered. */
enum status certificate_get(struct certificate *c, struct db *db, const char *id);
/*
 * Tells whether a certificate can be used by thing: ACTIVE, not revoked, attached to it, and not
 * expired at the time now. GR_NO, silent: no.
 */
#define CERTIFICATE_EXPIRED_TOO INT64_C(0)	/* for now: whatever its end */
enum status certificate_is_usable(struct db *db, const char *id, const char *thing, int64_t now);
/* Does what certificate_get does, with a line on GR_NO. */
enum status certificate_need(struct certificate *c, struct db *db, const char *id);
/*
 * The authority that signed a certificate, by name, and whether it did so as a private one: then
 * to retire is to revoke.
 */
struct certificate_origin {
	const char *authority;
	bool private;
};
/*
 * Registers an ACTIVE certificate attached to thing, and remembers its key, which has passed
 * strength_key_weakness, as seen.
 */
enum status certificate_register(struct db *db, const struct cert *cert,
				 const struct certificate_origin *origin, const char *thing,
				 int64_t now);
/*
 * A certificate's state where it comes from elsewhere, for certificate_add, which registers the
 * certificate alone; certificate_see_key remembers its key as seen.
 */
struct certificate_past {
	const char *status;
	int64_t created;
	/* NULL: nobody has examined it; registered_keys_examine will */
	const struct strength *strength;
};
enum status certificate_add(struct db *db, const struct cert *cert,
			    const struct certificate_origin *origin,
			    const struct certificate_past *past);
enum status certificate_see_key(struct db *db, const char *spki, const char *thing, int64_t now);
/*
 * Sets the status, ACTIVE or INACTIVE. GR_NO, one line: not registered, or revoked, which cannot
 * be undone.
 */
enum status certificate_set_status(struct db *db, const char *id, const char *status);
enum status certificate_attach(struct db *db, const char *id, const char *thing, int64_t now);
enum status certificate_detach(struct db *db, const char *id);
/*
 * Deletes a certificate; one of a private authority is revoked as well. GR_NO, one line: it is
 * still ACTIVE, attached or has policies.
 */
enum status certificate_delete(struct db *db, const char *id, int64_t now);
/* Records that its thing was seen over it. *first: it was not before. */
enum status certificate_mark_seen(bool *first, struct db *db, const char *id, int64_t now);
/* Gives the certificate itself, PEM; free it. GR_NO, silent: not registered. */
enum status certificate_pem(char **pem, struct db *db, const char *id);
/* Tells whether a certificate was ever requested for this public key. GR_NO, silent: never. */
enum status certificate_key_seen(struct db *db, const char *spki);
/* Counts the policies that are attached to it. */
enum status certificate_count_policies(int64_t *count, struct db *db, const char *id);
/*
 * Finds the certificate of thing, other than `other`, that certifies this key. GR_NO, silent:
 * there is none.
 */
enum status certificate_holder(char id[static 65], struct db *db, const char *thing,
			       const char *spki, const char *other);
/*
 * Deletes old, whatever it is attached to, and replaces it in the custody records by new with its
 * PEM. The certificate old has never left the backend.
 */
enum status certificate_replace(struct db *db, const char *old, const char *new, const char *pem);
/*
 * Records that all certificates of thing were seen in use; those that were not seen before get the
 * time now.
 */
enum status certificate_see_all(struct db *db, const char *thing, int64_t now);

struct certificate_row {
	const char *id, *status, *thing, *authority, *pem;	/* thing, authority "": none */
	int64_t created, not_after;	/* ms */
	bool private;
};
/*
 * Calls each for the certificates of thing, the oldest first. A status of each other than GR_OK
 * ends the list and is returned.
 */
enum status certificate_list(struct db *db, const char *thing,
			     enum status (*each)(void *arg, const struct certificate_row *row),
			     void *arg);
/* Does the same for one certificate. GR_NO, silent: not registered. */
enum status certificate_describe(struct db *db, const char *id,
				 enum status (*each)(void *arg, const struct certificate_row *row),
				 void *arg);

#endif
