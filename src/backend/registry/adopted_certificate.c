/* SPDX-License-Identifier: Apache-2.0 */
/* adopted_certificate.c - a certificate that was issued after the copy was made */
#include "registry/adopted_certificate.h"
#include "complain.h"
#include "registry/alarm.h"
#include "registry/policy_store.h"
#include "registry/retained_certificate.h"
#include "registry/thing.h"
#include "str.h"

static enum status refuse(const struct cert *cert, const char *why)
{
	complain("%s: %s", cert->id, why);
	return GR_NO;
}

/* GR_NO, one line: the certificate itself speaks against it. */
static enum status check_itself(const struct cert *cert, int64_t now)
{
	struct strength strength;

	if (cert->not_after * 1000 <= now)
		return refuse(cert, "has expired");
	strength_of(&strength, cert->x509);
	return strength_problem(&strength) ? refuse(cert, strength_problem(&strength)) : GR_OK;
}

/* GR_NO, one line: what the registry knows speaks against it. */
static enum status check_known(struct db *db, const struct cert *cert, const char *thing)
{
	struct certificate known;
	int64_t found;
	enum status st = certificate_get(&known, db, cert->id);

	if (st == GR_OK)
		return refuse(cert, "is registered already");
	if (st == GR_NO)
		st = db_number(&found, db, "SELECT 1 FROM revoked WHERE certificate = ?", "s",
			       cert->id);
	if (st == GR_OK)
		return refuse(cert, "is revoked, which cannot be undone");
	if (st == GR_NO)
		st = db_number(&found, db,
			       "SELECT 1 FROM seen_key WHERE spki = ? AND thing <> ?", "ss",
			       cert->spki, thing);
	if (st == GR_OK)
		return refuse(cert, "its key was registered for another thing");
	return st == GR_NO ? GR_OK : st;
}

enum status adopted_certificate_check(struct db *db, const struct cert *cert, const char *thing,
				      int64_t now)
{
	enum status st = thing_need(db, thing);

	if (st == GR_OK)
		st = check_itself(cert, now);
	return st == GR_OK ? check_known(db, cert, thing) : st;
}

/* Finds the next certificate of thing, in order of id: the first one after `other`. */
static enum status next_other(char other[static 65], struct db *db, const char *thing,
			      const char *certificate)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT certificate FROM principal WHERE thing = ?"
				  " AND certificate <> ? AND certificate > ?"
				  " ORDER BY certificate LIMIT 1",
				  "sss", thing, certificate, other);

	if (st != GR_OK)
		return st;
	str_copy(other, 65, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

enum status adopted_certificate_retain_others(struct db *db, const char *thing,
					      const char *certificate, int64_t now)
{
	char other[65] = "";
	enum status st;

	while ((st = next_other(other, db, thing, certificate)) == GR_OK)
		if ((st = retained_certificate_add(db, other, thing, now)) != GR_OK)
			return st;
	return st == GR_NO ? GR_OK : st;
}

/* Those of the thing's newest certificate; none where it has no other one. */
static enum status copy_policies(struct db *db, const char *thing, const char *certificate)
{
	sqlite3_stmt *row;
	char newest[65];
	enum status st = db_query(&row, db,
				  "SELECT p.certificate FROM principal p JOIN certificate c"
				  " ON c.id = p.certificate WHERE p.thing = ? AND c.id <> ?"
				  " ORDER BY c.created DESC LIMIT 1",
				  "ss", thing, certificate);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	str_copy(newest, sizeof newest, db_text(row, 0));
	db_done(row);
	return policy_store_copy(db, certificate, newest);
}

enum status adopted_certificate_retain(struct db *db, const char *thing, const char *certificate,
				       int64_t now)
{
	enum status st = adopted_certificate_retain_others(db, thing, certificate, now);

	return st == GR_OK ? retained_certificate_add(db, certificate, thing, now) : st;
}

enum status adopted_certificate_add(struct db *db, const struct cert *cert,
				    const struct certificate_origin *origin, const char *thing,
				    int64_t now)
{
	enum status st = certificate_register(db, cert, origin, thing, now);

	if (st == GR_OK)
		st = copy_policies(db, thing, cert->id);
	if (st == GR_OK)
		st = adopted_certificate_retain(db, thing, cert->id, now);
	if (st != GR_OK)
		return st;
	return alarm_raise(db, "adopted", thing, cert->id,
			   "a certificate of ours that the registry did not know was taken in",
			   now);
}
