/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.c - registered certificates and their policies */
#include "registry/certificate.h"
#include "complain.h"
#include "registry/revocation.h"
#include "registry/thing.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum status certificate_get(struct certificate *c, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	enum status st =
	    db_query(&row, db,
		     "SELECT c.id, coalesce(p.thing, ''), c.spki, c.status = 'ACTIVE', "
		     "r.certificate IS NOT NULL, c.created, coalesce(c.retired, 0),"
		     " c.authority, c.private, c.seen IS NOT NULL"
		     " FROM certificate c LEFT JOIN principal p ON p.certificate = c.id LEFT JOIN "
		     "revoked r ON r.certificate = c.id"
		     " WHERE c.id = ?",
		     "s", id);

	if (st != GR_OK)
		return st;
	*c = (struct certificate){
		.active = db_int(row, 3) != 0, .revoked = db_int(row, 4) != 0,
		.created = db_int(row, 5), .retired = db_int(row, 6),
		.private = db_int(row, 8) != 0, .seen = db_int(row, 9) != 0
	};
	str_copy(c->id, sizeof c->id, db_text(row, 0));
	str_copy(c->thing, sizeof c->thing, db_text(row, 1));
	str_copy(c->spki, sizeof c->spki, db_text(row, 2));
	str_copy(c->authority, sizeof c->authority, db_text(row, 7));
	db_done(row);
	return GR_OK;
}

static enum status need(struct db *db, const char *id)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, id);

	if (st == GR_NO)
		complain("%s: no such certificate", id);
	return st;
}

enum status certificate_add(struct db *db, const struct cert *cert,
			    const struct certificate_origin *origin,
			    const struct certificate_past *past)
{
	size_t len = 0;
	char *pem = NULL;
	enum status st;

	if ((st = cert_pem(&pem, &len, cert)) != GR_OK)
		return st;
	st = db_run(db,
		    "INSERT INTO certificate (id, status, pem, spki, not_after, authority, "
		    "private, created, key_type, digest)"
		    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    "ssssisdiss", cert->id, past->status, pem, cert->spki, cert->not_after * 1000,
		    origin->authority, (int)origin->private, past->created,
		    past->strength ? past->strength->key : "",
		    past->strength ? past->strength->digest : "");
	free(pem);
	return st;
}

enum status certificate_see_key(struct db *db, const char *spki, const char *thing, int64_t now)
{
	return db_run(
	    db, "INSERT INTO seen_key (spki, thing, seen) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
	    "ssi", spki, thing, now);
}

enum status certificate_register(struct db *db, const struct cert *cert,
				 const struct certificate_origin *origin, const char *thing,
				 int64_t now)
{
	struct strength strength;
	enum status st;

	strength_of_issued(&strength, cert->x509);
	if ((st = certificate_add(db, cert, origin,
				  &(struct certificate_past){ "ACTIVE", now, &strength })) !=
		GR_OK ||
	    (st = certificate_see_key(db, cert->spki, thing, now)) != GR_OK)
		return st;
	return certificate_attach(db, cert->id, thing, now);
}

enum status certificate_set_status(struct db *db, const char *id, const char *status)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, id);

	if (st == GR_OK && !c.revoked)
		return db_run(db, "UPDATE certificate SET status = ? WHERE id = ?", "ss", status,
			      id);
	if (st == GR_FAIL)
		return st;
	complain(st == GR_OK
		     ? "%s: revoked, and that is for good; the thing needs another certificate"
		     : "%s: no such certificate",
		 id);
	return GR_NO;
}

enum status certificate_attach(struct db *db, const char *id, const char *thing, int64_t now)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, id);

	if (st == GR_NO)
		complain("%s: no such certificate", id);
	if (st != GR_OK || (st = thing_need(db, thing)) != GR_OK)
		return st;
	if (strcmp(c.thing, thing) == 0)
		return GR_OK;
	if (c.thing[0] != '\0') {
		complain("%s: already attached to %s; detach it there first", id, c.thing);
		return GR_NO;
	}
	return db_run(db, "INSERT INTO principal (certificate, thing, attached) VALUES (?, ?, ?)",
		      "ssi", id, thing, now);
}

enum status certificate_detach(struct db *db, const char *id)
{
	enum status st = need(db, id);

	return st == GR_OK ? db_run(db, "DELETE FROM principal WHERE certificate = ?", "s", id)
			   : st;
}

enum status certificate_delete(struct db *db, const char *id, int64_t now)
{
	struct certificate c;
	int64_t policies = 0;
	enum status st = certificate_get(&c, db, id);

	if (st == GR_NO)
		complain("%s: no such certificate", id);
	if (st != GR_OK ||
	    (st = db_number(&policies, db,
			    "SELECT count(*) FROM certificate_policy WHERE certificate = ?", "s",
			    id)) != GR_OK)
		return st;
	if (c.active || c.thing[0] != '\0' || policies > 0) {
		complain("%s: still %s; make it INACTIVE, detach its thing and its policies first",
			 id,
			 c.active		  ? "ACTIVE"
			     : c.thing[0] != '\0' ? "attached to a thing"
						  : "with policies");
		return GR_NO;
	}
	if (c.private && !c.revoked &&
	    (st = revocation_add(db, id, REVOCATION_UNUSED, now)) != GR_OK)
		return st;
	return db_run(db, "DELETE FROM certificate WHERE id = ?", "s", id);
}

enum status certificate_key_seen(struct db *db, const char *spki)
{
	int64_t seen = 0;

	return db_number(&seen, db, "SELECT 1 FROM seen_key WHERE spki = ?", "s", spki);
}

enum status policy_put(struct db *db, const char *name, const char *document)
{
	if (!str_is_name(name, 128, "_+=,.@-")) {
		complain("%s: not a policy name (1 to 128 letters, digits or _+=,.@-)", name);
		return GR_BAD;
	}
	return db_run(db,
		      "INSERT INTO policy (name, document) VALUES (?1, ?2) ON CONFLICT (name) DO "
		      "UPDATE SET document = ?2",
		      "ss", name, document);
}

enum status policy_delete(struct db *db, const char *name)
{
	int64_t certificates = 0;
	enum status st = db_number(&certificates, db,
				   "SELECT (SELECT count(*) FROM certificate_policy WHERE policy "
				   "= name) FROM policy WHERE name = ?",
				   "s", name);

	if (st == GR_NO)
		complain("%s: no such policy", name);
	else if (st == GR_OK && certificates > 0) {
		complain("%s: still speaks for %lld certificate(s); detach it first", name,
			 (long long)certificates);
		st = GR_NO;
	}
	return st == GR_OK ? db_run(db, "DELETE FROM policy WHERE name = ?", "s", name) : st;
}

static enum status need_both(struct db *db, const char *policy, const char *certificate)
{
	int64_t found = 0;
	enum status st = db_number(&found, db, "SELECT 1 FROM policy WHERE name = ?", "s", policy);

	if (st == GR_NO)
		complain("%s: no such policy", policy);
	return st == GR_OK ? need(db, certificate) : st;
}

enum status policy_attach(struct db *db, const char *name, const char *certificate)
{
	enum status st = need_both(db, name, certificate);

	if (st == GR_OK)
		st = db_run(db,
			    "INSERT INTO certificate_policy (certificate, policy) VALUES (?, ?) "
			    "ON CONFLICT DO NOTHING",
			    "ss", certificate, name);
	/*
	 * No trigger does this: policy_copy is for a certificate that nobody is connected with
	 * yet, once a rotation.
	 */
	return st == GR_OK
	    ? db_run(db, "UPDATE meta SET value = value + 1 WHERE key = 'policy_epoch'", "")
	    : st;
}

enum status policy_detach(struct db *db, const char *name, const char *certificate)
{
	enum status st = need_both(db, name, certificate);

	if (st != GR_OK)
		return st;
	return db_run(db, "DELETE FROM certificate_policy WHERE certificate = ? AND policy = ?",
		      "ss", certificate, name);
}

enum status policy_copy(struct db *db, const char *to, const char *from)
{
	return db_run(db,
		      "INSERT INTO certificate_policy (certificate, policy) SELECT ?, policy FROM "
		      "certificate_policy"
		      " WHERE certificate = ? ON CONFLICT DO NOTHING",
		      "ss", to, from);
}
