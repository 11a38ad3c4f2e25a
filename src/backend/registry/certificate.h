/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate.h - registered certificates: status, attachment to a thing, policies. The rules of
 * order are those of AWS IoT: INACTIVE, detached, without policies, only then deleted.
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
/* Has this public key ever asked for a certificate? GR_OK: yes; GR_NO, silent: never. */
enum status certificate_key_seen(struct db *db, const char *spki);

/* document must have been checked; an existing policy of the name is replaced. */
enum status policy_put(struct db *db, const char *name, const char *document);
/* GR_NO, one line: there is none, or it still speaks for certificates. */
enum status policy_delete(struct db *db, const char *name);
enum status policy_attach(struct db *db, const char *name, const char *certificate);
enum status policy_detach(struct db *db, const char *name, const char *certificate);
/* Attaches to one certificate what is attached to the other. */
enum status policy_copy(struct db *db, const char *to, const char *from);

#endif
