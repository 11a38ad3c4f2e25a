/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registered_keys.c - which key it is, and how strong, of certificates that are registered
 * already
 */
#include "registry/registered_keys.h"
#include "cert.h"
#include "clock.h"
#include "key.h"
#include "registry/alarm.h"
#include "str.h"

#include <string.h>

/* A certificate that holds a key, as two tables have it. */
struct holder {
	int64_t row;
	char spki[65], thing[129], certificate[65];
};

/* False: there is no certificate that can be read. */
static bool identify(char identity[static 65], const char *pem)
{
	X509 *x509 = cert_decode(pem, strlen(pem));
	EVP_PKEY *key = x509 ? X509_get0_pubkey(x509) : NULL;
	bool known = key && key_identity(identity, key);

	X509_free(x509);
	return known;
}

/* The key was seen under its encoding. *again: it was seen in another form as well. */
static enum status move_seen(bool *again, struct db *db, const char *from, const char *to)
{
	enum status st = db_run(db, "UPDATE OR IGNORE seen_key SET spki = ?2 WHERE spki = ?1",
				"ss", from, to);

	*again = false;
	if (st != GR_OK || db_changes(db) > 0)
		return st;
	st = db_run(db, "DELETE FROM seen_key WHERE spki = ?", "s", from);
	*again = db_changes(db) > 0;
	return st;
}

static enum status convert(struct db *db, const char *update, const struct holder *h,
			   const char *identity, int64_t now)
{
	bool again = false;
	enum status st = db_run(db, update, "is", h->row, identity);

	if (st == GR_OK)
		st = move_seen(&again, db, h->spki, identity);
	if (st != GR_OK || !again)
		return st;
	return alarm_raise(db, "key-again", h->thing, h->certificate,
			   "its key had been certified before, written in another form", now);
}

/* Rows of row number, spki, thing, certificate, PEM. */
static enum status convert_rows(struct db *db, const char *query, const char *update, int64_t now)
{
	char identity[65];
	struct holder h;
	sqlite3_stmt *row;
	enum status st;

	for (st = db_query(&row, db, query, ""); st == GR_OK; st = db_next(db, &row)) {
		if (!identify(identity, db_text(row, 4)) || strcmp(identity, db_text(row, 1)) == 0)
			continue;
		h.row = db_int(row, 0);
		if (!str_copy(h.spki, sizeof h.spki, db_text(row, 1)) ||
		    !str_copy(h.thing, sizeof h.thing, db_text(row, 2)) ||
		    !str_copy(h.certificate, sizeof h.certificate, db_text(row, 3)))
			continue;	/* none of ours: somebody wrote it by hand */
		if (convert(db, update, &h, identity, now) != GR_OK) {
			db_done(row);
			return GR_FAIL;
		}
	}
	return st == GR_NO ? GR_OK : st;
}

enum status registered_keys_convert(struct db *db, int64_t now)
{
	enum status st = convert_rows(db,
				      "SELECT c.rowid, c.spki, coalesce(p.thing, ''), c.id, c.pem"
				      " FROM certificate c NOT INDEXED"
				      " LEFT JOIN principal p ON p.certificate = c.id",
				      "UPDATE certificate SET spki = ?2 WHERE rowid = ?1", now);

	if (st == GR_OK)	/* also of certificates that were deleted since */
		st = convert_rows(db, "SELECT id, spki, thing, new, pem FROM rotation NOT INDEXED",
				  "UPDATE rotation SET spki = ?2 WHERE id = ?1", now);
	return st;
}

void registered_keys_strength(struct strength *strength, const char *pem)
{
	X509 *x509 = cert_decode(pem, strlen(pem));

	*strength = (struct strength){ .key = "unreadable" };
	if (x509)
		strength_of(strength, x509);
	X509_free(x509);
}

static enum status examine_one(struct db *db, sqlite3_stmt *row)
{
	struct strength strength;

	registered_keys_strength(&strength, db_text(row, 1));
	return db_run(db, "UPDATE certificate SET key_type = ?2, digest = ?3 WHERE rowid = ?1",
		      "iss", db_int(row, 0), strength.key, strength.digest);
}

/* One query for each: what was examined is not in the index any more. */
static enum status examine_next(struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT rowid, pem FROM certificate WHERE key_type = '' LIMIT 1",
				  "");

	if (st != GR_OK)
		return st;
	st = examine_one(db, row);
	db_done(row);
	return st;
}

enum status registered_keys_examine(struct db *db, int64_t ms)
{
	int64_t some, until = clock_boot_ms() + ms;
	enum status st = db_number(&some, db,
				   "SELECT 1 FROM certificate WHERE key_type = '' LIMIT 1", "");

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = db_begin(db);
	if (st != GR_OK)
		return st;
	do {
		st = examine_next(db);
	} while (st == GR_OK && clock_boot_ms() < until);
	if (st != GR_FAIL)
		return db_commit(db);
	db_rollback(db);
	return st;
}
