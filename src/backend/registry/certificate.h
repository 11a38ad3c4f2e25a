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
};

/* GR_NO, silent: not registered. */
enum status certificate_get(struct certificate *c, struct db *db, const char *id);
/* The same with a line. */
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
/* The parts of that: the certificate alone, which may have a past; its key, now seen. */
struct certificate_past {
	const char *status;
	int64_t created;
	/* NULL: nobody has examined it; keys_examine will */
	const struct strength *strength;
};
enum status certificate_add(struct db *db, const struct cert *cert,
			    const struct certificate_origin *origin,
			    const struct certificate_past *past);
enum status certificate_see_key(struct db *db, const char *spki, const char *thing, int64_t now);
/* status is ACTIVE or INACTIVE. GR_NO, one line: not registered, or revoked, which is for good. */
enum status certificate_set_status(struct db *db, const char *id, const char *status);
enum status certificate_attach(struct db *db, const char *id, const char *thing, int64_t now);
enum status certificate_detach(struct db *db, const char *id);
/*
 * GR_NO, one line: still ACTIVE, attached or with policies. A private authority's is revoked with
 * it.
 */
enum status certificate_delete(struct db *db, const char *id, int64_t now);
/* Its thing was seen over it. *first: it was not before. */
enum status certificate_mark_seen(bool *first, struct db *db, const char *id, int64_t now);
/* The certificate itself, PEM; free it. GR_NO, silent: not registered. */
enum status certificate_pem(char **pem, struct db *db, const char *id);
/* Has this public key ever asked for a certificate? GR_OK: yes; GR_NO, silent: never. */
enum status certificate_key_seen(struct db *db, const char *spki);
/* How many policies are attached to it. */
enum status certificate_count_policies(int64_t *count, struct db *db, const char *id);
/* The certificate of thing, but `other`, that holds this key. GR_NO, silent: there is none. */
enum status certificate_holder(char id[static 65], struct db *db, const char *thing,
			       const char *spki, const char *other);
/*
 * Deletes old, whatever it is attached to, and puts new with its PEM in its place in the custody
 * records: old never left the backend.
 */
enum status certificate_replace(struct db *db, const char *old, const char *new, const char *pem);
/* All certificates of thing count as seen in use, those that had not been since now. */
enum status certificate_see_all(struct db *db, const char *thing, int64_t now);

struct certificate_row {
	const char *id, *status, *thing, *authority, *pem;	/* thing, authority "": none */
	int64_t created, not_after;	/* ms */
	bool private;
};
/*
 * Calls each for the certificates of thing, the oldest first. What each gives but GR_OK ends the
 * list and is given back.
 */
enum status certificate_list(struct db *db, const char *thing,
			     enum status (*each)(void *arg, const struct certificate_row *row),
			     void *arg);
/* The same for one certificate. GR_NO, silent: not registered. */
enum status certificate_describe(struct db *db, const char *id,
				 enum status (*each)(void *arg, const struct certificate_row *row),
				 void *arg);

#endif
