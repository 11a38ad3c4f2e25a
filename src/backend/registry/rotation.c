/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_request.c - the chain of custody */
#include "registry/rotation.h"
#include "complain.h"
#include "registry/retained_certificate.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS "id, execution, thing, job, number, old, new, spki, requested, coalesce(used, 0), coalesce(committed, 0)," \
	" coalesce(decided, 0), coalesce(retired, 0), coalesce(survivor, ''), not_ours"

const char *survivor_name(enum survivor s)
{
	static const char *const names[] = {
		[SURVIVOR_NONE] = "", [SURVIVOR_OLD] = "OLD", [SURVIVOR_NEW] = "NEW"
	};

	return names[s];
}

static void take(struct rotation *r, sqlite3_stmt *row)
{
	const char *survivor = db_text(row, 13);

	*r = (struct rotation){
		.id = db_int(row, 0), .execution = db_int(row, 1), .number = db_int(row, 4),
		.requested = db_int(row, 8), .used = db_int(row, 9), .committed = db_int(row, 10),
		.decided = db_int(row, 11), .retired = db_int(row, 12),
		.not_ours = db_int(row, 14) != 0,
		.survivor = strcmp(survivor, "OLD") == 0 ? SURVIVOR_OLD : strcmp(survivor, "NEW") == 0 ? SURVIVOR_NEW : SURVIVOR_NONE
	};
	str_copy(r->thing, sizeof r->thing, db_text(row, 2));
	str_copy(r->job, sizeof r->job, db_text(row, 3));
	str_copy(r->old_id, sizeof r->old_id, db_text(row, 5));
	str_copy(r->new_id, sizeof r->new_id, db_text(row, 6));
	str_copy(r->spki, sizeof r->spki, db_text(row, 7));
}

enum status rotation_of_execution(struct rotation *r, struct db *db, int64_t execution)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT " COLUMNS " FROM rotation WHERE execution = ?",
				  "i", execution);

	if (st == GR_OK)
		take(r, row);
	db_done(row);
	return st;
}

enum status rotation_newest(struct rotation *r, struct db *db, const char *thing, const char *job,
			    int64_t number)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM rotation WHERE thing = ?1 AND job = ?2"
				  " AND (?3 = 0 OR number = ?3) ORDER BY id DESC LIMIT 1",
				  "ssi", thing, job, number);

	if (st == GR_OK)
		take(r, row);
	db_done(row);
	return st;
}

enum status rotation_pem(char **pem, struct db *db, int64_t id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT pem FROM rotation WHERE id = ?", "i", id);

	if (st == GR_OK && !(*pem = strdup(db_text(row, 0))))
		st = GR_FAIL;
	db_done(row);
	return st;
}

enum status rotation_insert(struct db *db, const struct rotation_request *q, int64_t now)
{
	return db_run(db,
		      "INSERT INTO rotation (execution, thing, job, number, client, old, new, "
		      "spki, csr, pem, not_ours, requested)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		      "ississssssdi", q->execution, q->thing, q->job, q->number, q->client,
		      q->old_id, q->new_id, q->spki, q->csr, q->pem, (int)q->not_ours, now);
}

/*
 * Over a certificate that was kept, an open rotation that it has no part in: its NEW is not what
 * the device went back to.
 */
enum status rotation_settle_others(bool *settled, struct db *db, const char *thing,
				   int64_t execution, const char *certificate, int64_t now)
{
	bool returned = false;
	enum status st;

	if ((st = retained_certificate_see(db, thing, certificate, now)) != GR_OK ||
	    (st = retained_certificate_add_losers(db, thing, execution, certificate, now)) !=
		GR_OK)
		return st;
	st = db_run(db,
		    "UPDATE rotation SET survivor = CASE new WHEN ?3 THEN 'NEW' ELSE 'OLD' END, "
		    "decided = ?4"
		    " WHERE thing = ?1 AND execution <> ?2 AND survivor IS NULL AND (?3 IN (old, "
		    "new) OR EXISTS (SELECT 1 FROM kept WHERE certificate = ?3))",
		    "sisi", thing, execution, certificate, now);
	*settled = st == GR_OK && db_changes(db) > 0;
	if (st == GR_OK)
		st = retained_certificate_return(&returned, db, thing, certificate, now);
	*settled = *settled || returned;
	return st;
}

enum status rotation_fail(struct db *db, int64_t id, int64_t now)
{
	return db_run(db, "UPDATE rotation SET failed = coalesce(failed, ?) WHERE id = ?", "ii",
		      now, id);
}

enum status rotation_failed_over(struct rotation *r, struct db *db, const char *thing,
				 const char *old_id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM rotation INDEXED BY rotation_open"
				  " WHERE thing = ? AND old = ? AND survivor IS NULL AND failed "
				  "IS NOT NULL ORDER BY id DESC LIMIT 1",
				  "ss", thing, old_id);

	if (st == GR_OK)
		take(r, row);
	db_done(row);
	return st;
}

enum status rotation_decide(struct db *db, int64_t id, enum survivor survivor, int64_t now)
{
	enum status st = db_run(
	    db, "UPDATE rotation SET survivor = ?, decided = ? WHERE id = ? AND survivor IS NULL",
	    "sii", survivor_name(survivor), now, id);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}

enum status rotation_commit(struct db *db, int64_t id, int64_t now)
{
	return db_run(db, "UPDATE rotation SET committed = coalesce(committed, ?) WHERE id = ?",
		      "ii", now, id);
}

enum status rotation_mark_retired(struct db *db, const char *certificate, int64_t now)
{
	return db_run(db,
		      "UPDATE rotation SET retired = ?2 WHERE retired IS NULL AND"
		      " ((survivor = 'NEW' AND old = ?1) OR (survivor = 'OLD' AND new = ?1))",
		      "si", certificate, now);
}

enum status rotation_is_lost(struct db *db, const char *certificate)
{
	int64_t lost = 0;

	return db_number(
	    &lost, db,
	    "SELECT 1 FROM rotation WHERE retired IS NULL AND"
	    " ((new = ?1 AND survivor = 'OLD') OR (old = ?1 AND survivor = 'NEW')) LIMIT 1",
	    "s", certificate);
}

enum status rotation_used(struct db *db, const char *certificate, int64_t now)
{
	int64_t id = 0;
	enum status st = db_number(&id, db,
				   "SELECT id FROM rotation WHERE new = ? AND used IS NULL", "s",
				   certificate);

	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	return db_run(db, "UPDATE rotation SET used = ? WHERE id = ?", "ii", now, id);
}

enum status rotation_unexplained(int64_t *count, struct db *db, const char *thing,
				 const char *certificate)
{
	return db_number(count, db,
			 "SELECT count(*) FROM principal p WHERE p.thing = ?1 AND p.certificate "
			 "<> ?2 AND NOT EXISTS"
			 " (SELECT 1 FROM rotation r WHERE r.thing = ?1 AND r.retired IS NULL AND "
			 "p.certificate IN (r.old, r.new)"
			 "  AND (?2 IN (r.old, r.new) OR (r.survivor IS NULL AND EXISTS (SELECT 1 "
			 "FROM kept WHERE certificate = ?2))))"
			 " AND p.certificate NOT IN (SELECT certificate FROM kept)",
			 "ss", thing, certificate);
}
