/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.c - registered certificates */
#include "registry/certificate.h"
#include "complain.h"
#include "registry/revocation.h"
#include "registry/second_look.h"
#include "registry/thing.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

/* GR_NO is the answer, unless the other copy knows the certificate. */
static enum status unknown(struct db *db, const char *id)
{
	int64_t known;
	enum status st = db_number(&known, db,
				   "SELECT 1 FROM certificate INDEXED BY certificate_audit"
				   " WHERE id = ?",
				   "s", id);

	return st == GR_OK ? db_damaged(db, "certificate", id) : st;
}

enum status certificate_get(struct certificate *c, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	bool same;
	enum status st =
	    db_query(&row, db,
		     "SELECT c.id, coalesce(p.thing, ''), c.spki, c.status = 'ACTIVE',"
		     " r.certificate IS NOT NULL, c.created, coalesce(c.retired, 0),"
		     " c.authority, c.private, c.seen IS NOT NULL, " SECOND_LOOK_CERTIFICATE_SAME
		     ", c.not_after"
		     " FROM certificate c LEFT JOIN principal p ON p.certificate = c.id"
		     " LEFT JOIN revoked r ON r.certificate = c.id WHERE c.id = ?",
		     "s", id);

	if (st != GR_OK)
		return st == GR_NO ? unknown(db, id) : st;
	*c = (struct certificate){
		.active = db_int(row, 3) != 0, .revoked = db_int(row, 4) != 0,
		.created = db_int(row, 5), .retired = db_int(row, 6),
		.private = db_int(row, 8) != 0, .seen = db_int(row, 9) != 0,
		.not_after = db_int(row, 11)
	};
	str_copy(c->id, sizeof c->id, db_text(row, 0));
	str_copy(c->thing, sizeof c->thing, db_text(row, 1));
	str_copy(c->spki, sizeof c->spki, db_text(row, 2));
	str_copy(c->authority, sizeof c->authority, db_text(row, 7));
	same = db_int(row, 10) != 0;
	db_done(row);
	return same ? GR_OK : db_damaged(db, "certificate", id);
}

/* Before a no the second copies are asked as well. */
static enum status is_usable_after_all(struct db *db, const char *id, const char *thing)
{
	int64_t usable = 0;
	enum status st = db_number(&usable, db, "SELECT " SECOND_LOOK_USABLE, "ss", id, thing);

	if (st != GR_OK)
		return st;
	return usable != 0 ? db_damaged(db, "certificate", id) : GR_NO;
}

enum status certificate_is_usable(struct db *db, const char *id, const char *thing, int64_t now)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, id);

	if (st != GR_OK)
		return st;
	if (!c.active || c.revoked || strcmp(c.thing, thing) != 0)
		return is_usable_after_all(db, id, thing);
	return c.not_after > now ? GR_OK : GR_NO;
}

enum status certificate_need(struct certificate *c, struct db *db, const char *id)
{
	enum status st = certificate_get(c, db, id);

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

	st = cert_pem(&pem, &len, cert);
	if (st != GR_OK)
		return st;
	st = db_run(db,
		    "INSERT INTO certificate (id, status, pem, spki, not_after, authority,"
		    " private, created, key_type, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
	const struct certificate_past past = { "ACTIVE", now, &strength };
	enum status st;

	strength_of_issued(&strength, cert->x509);
	st = certificate_add(db, cert, origin, &past);
	if (st == GR_OK)
		st = certificate_see_key(db, cert->spki, thing, now);
	return st == GR_OK ? certificate_attach(db, cert->id, thing, now) : st;
}

enum status certificate_set_status(struct db *db, const char *id, const char *status)
{
	struct certificate c;
	enum status st = certificate_need(&c, db, id);

	if (st != GR_OK)
		return st;
	if (c.revoked) {
		complain("%s: revoked, which cannot be undone; the thing needs another "
			 "certificate",
			 id);
		return GR_NO;
	}
	return db_run(db, "UPDATE certificate SET status = ? WHERE id = ?", "ss", status, id);
}

enum status certificate_attach(struct db *db, const char *id, const char *thing, int64_t now)
{
	struct certificate c;
	enum status st = certificate_need(&c, db, id);

	if (st == GR_OK)
		st = thing_need(db, thing);
	if (st != GR_OK)
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
	struct certificate c;
	enum status st = certificate_need(&c, db, id);

	return st == GR_OK ? db_run(db, "DELETE FROM principal WHERE certificate = ?", "s", id)
			   : st;
}

enum status certificate_count_policies(int64_t *count, struct db *db, const char *id)
{
	return db_number(count, db,
			 "SELECT count(*) FROM certificate_policy WHERE certificate = ?", "s", id);
}

enum status certificate_delete(struct db *db, const char *id, int64_t now)
{
	struct certificate c;
	int64_t policies = 0;
	enum status st = certificate_need(&c, db, id);

	if (st == GR_OK)
		st = certificate_count_policies(&policies, db, id);
	if (st != GR_OK)
		return st;
	if (c.active || c.thing[0] != '\0' || policies > 0) {
		complain("%s: still %s; make it INACTIVE, detach its thing and its policies first",
			 id,
			 c.active		  ? "ACTIVE"
			     : c.thing[0] != '\0' ? "attached to a thing"
						  : "with policies");
		return GR_NO;
	}
	if (c.private && !c.revoked)
		st = revocation_add(db, id, REVOCATION_UNUSED, now);
	return st == GR_OK ? db_run(db, "DELETE FROM certificate WHERE id = ?", "s", id) : st;
}

enum status certificate_mark_seen(bool *first, struct db *db, const char *id, int64_t now)
{
	enum status st = db_run(db,
				"UPDATE certificate SET seen = ? WHERE id = ? AND seen IS NULL",
				"is", now, id);

	*first = st == GR_OK && db_changes(db) > 0;
	return st;
}

enum status certificate_pem(char **pem, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT pem FROM certificate WHERE id = ?", "s", id);

	if (st == GR_OK && !(*pem = strdup(db_text(row, 0)))) {
		complain("%s: out of memory", id);
		st = GR_FAIL;
	}
	db_done(row);
	return st;
}

enum status certificate_key_seen(struct db *db, const char *spki)
{
	int64_t seen = 0;

	return db_number(&seen, db, "SELECT 1 FROM seen_key WHERE spki = ?", "s", spki);
}

enum status certificate_holder(char id[static 65], struct db *db, const char *thing,
			       const char *spki, const char *other)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT c.id FROM principal p"
				  " JOIN certificate c ON c.id = p.certificate"
				  " WHERE p.thing = ?1 AND c.spki = ?2 AND c.id <> ?3",
				  "sss", thing, spki, other);

	if (st == GR_OK)
		str_copy(id, 65, db_text(row, 0));
	db_done(row);
	return st;
}

enum status certificate_replace(struct db *db, const char *old, const char *new, const char *pem)
{
	enum status st = db_run(db, "DELETE FROM principal WHERE certificate = ?", "s", old);

	if (st == GR_OK)
		st = db_run(db, "DELETE FROM certificate_policy WHERE certificate = ?", "s", old);
	if (st == GR_OK)
		st = db_run(db, "DELETE FROM certificate WHERE id = ?", "s", old);
	if (st != GR_OK)
		return st;
	return db_run(db, "UPDATE rotation SET new = ?2, pem = ?3 WHERE new = ?1", "sss", old, new,
		      pem);
}

enum status certificate_see_all(struct db *db, const char *thing, int64_t now)
{
	return db_run(db,
		      "UPDATE certificate SET seen = coalesce(seen, ?2)"
		      " WHERE id IN (SELECT certificate FROM principal WHERE thing = ?1)",
		      "si", thing, now);
}

#define SELECT \
	"SELECT c.id, c.status, p.thing, c.authority, c.pem, c.created, c.not_after, c.private" \
	" FROM certificate c LEFT JOIN principal p ON p.certificate = c.id "

static enum status list(struct db *db, sqlite3_stmt *row, enum status st,
			enum status (*each)(void *arg, const struct certificate_row *row),
			void *arg)
{
	while (st == GR_OK) {
		const struct certificate_row certificate = {
			.id = db_text(row, 0), .status = db_text(row, 1), .thing = db_text(row, 2),
			.authority = db_text(row, 3), .pem = db_text(row, 4),
			.created = db_int(row, 5), .not_after = db_int(row, 6),
			.private = db_int(row, 7) != 0
		};

		st = db_each(db, &row, each(arg, &certificate));
	}
	return st;
}

enum status certificate_list(struct db *db, const char *thing,
			     enum status (*each)(void *arg, const struct certificate_row *row),
			     void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, SELECT "WHERE p.thing = ? ORDER BY c.created, c.id",
				  "s", thing);

	return db_ended(list(db, row, st, each, arg));
}

enum status certificate_describe(struct db *db, const char *id,
				 enum status (*each)(void *arg, const struct certificate_row *row),
				 void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, SELECT "WHERE c.id = ?", "s", id);

	return st == GR_OK ? db_ended(list(db, row, st, each, arg)) : st;
}
