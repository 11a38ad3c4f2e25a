/* SPDX-License-Identifier: Apache-2.0 */
/* rotation.c - the rotations of certificates */
#include "registry/rotation.h"
#include "registry/second_look.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS \
	"id, execution, thing, job, number, old, new, spki, requested, coalesce(used, 0), " \
	"coalesce(committed, 0), coalesce(decided, 0), coalesce(retired, 0), " \
	"coalesce(survivor, ''), not_ours, coalesce(failed, 0), coalesce(turned, 0), " \
	SECOND_LOOK_ROTATION_SAME

const char *survivor_name(enum survivor s)
{
	static const char *const names[] = {
		[SURVIVOR_NONE] = "", [SURVIVOR_OLD] = "OLD", [SURVIVOR_NEW] = "NEW"
	};

	return names[s];
}

static enum survivor survivor_find(const char *name)
{
	if (strcmp(name, "OLD") == 0)
		return SURVIVOR_OLD;
	return strcmp(name, "NEW") == 0 ? SURVIVOR_NEW : SURVIVOR_NONE;
}

static void take(struct rotation *r, sqlite3_stmt *row)
{
	*r = (struct rotation){
		.id = db_int(row, 0),
		.execution = db_int(row, 1),
		.number = db_int(row, 4),
		.requested = db_int(row, 8),
		.used = db_int(row, 9),
		.committed = db_int(row, 10),
		.decided = db_int(row, 11),
		.retired = db_int(row, 12),
		.survivor = survivor_find(db_text(row, 13)),
		.not_ours = db_int(row, 14) != 0,
		.failed = db_int(row, 15),
		.turned = db_int(row, 16)
	};
	str_copy(r->thing, sizeof r->thing, db_text(row, 2));
	str_copy(r->job, sizeof r->job, db_text(row, 3));
	str_copy(r->old_id, sizeof r->old_id, db_text(row, 5));
	str_copy(r->new_id, sizeof r->new_id, db_text(row, 6));
	str_copy(r->spki, sizeof r->spki, db_text(row, 7));
}

/* Ends a query for one row. GR_FAIL, one line, also when its two copies differ. */
static enum status take_one(struct rotation *r, struct db *db, sqlite3_stmt *row, enum status st)
{
	bool same = true;

	if (st == GR_OK) {
		take(r, row);
		same = db_int(row, 17) != 0;
	}
	db_done(row);
	return same ? st : db_damaged(db, "the rotation of", r->thing);
}

enum status rotation_of_execution(struct rotation *r, struct db *db, int64_t execution)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT " COLUMNS " FROM rotation AS r"
				  " INDEXED BY sqlite_autoindex_rotation_1 WHERE execution = ?",
				  "i", execution);

	return take_one(r, db, row, st);
}

enum status rotation_newest(struct rotation *r, struct db *db, const char *thing, const char *job,
			    int64_t number)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM rotation AS r INDEXED BY rotation_thing"
				  " WHERE thing = ?1 AND job = ?2"
				  " AND (?3 = 0 OR number = ?3) ORDER BY id DESC LIMIT 1",
				  "ssi", thing, job, number);

	return take_one(r, db, row, st);
}

enum status rotation_issuing(struct rotation *r, struct db *db, const char *thing,
			     const char *certificate)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM rotation AS r INDEXED BY rotation_new"
				  " WHERE new = ?2 AND thing = ?1",
				  "ss", thing, certificate);

	return take_one(r, db, row, st);
}

enum status rotation_next_open(struct rotation *r, struct db *db, const char *thing, int64_t below)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM rotation AS r INDEXED BY rotation_open"
				  " WHERE thing = ?1 AND survivor IS NULL AND (?2 = 0 OR id < ?2)"
				  " ORDER BY id DESC LIMIT 1",
				  "si", thing, below);

	return take_one(r, db, row, st);
}

enum status rotation_under_way(struct rotation *r, struct db *db, const char *certificate)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM rotation AS r INDEXED BY rotation_open"
				  " WHERE survivor IS NULL AND (old = ?1 OR new = ?1)"
				  " ORDER BY id DESC LIMIT 1",
				  "s", certificate);

	return take_one(r, db, row, st);
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

enum status rotation_doubt(struct db *db, int64_t id, int64_t now)
{
	return db_run(db, "UPDATE rotation SET failed = coalesce(failed, ?) WHERE id = ?", "ii",
		      now, id);
}

enum status rotation_decide(struct db *db, int64_t id, enum survivor survivor, int64_t now)
{
	enum status st = db_run(
	    db, "UPDATE rotation SET survivor = ?, decided = ? WHERE id = ? AND survivor IS NULL",
	    "sii", survivor_name(survivor), now, id);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}

enum status rotation_turn(struct db *db, int64_t id, enum survivor survivor, int64_t now)
{
	return db_run(db, "UPDATE rotation SET survivor = ?, turned = ? WHERE id = ?", "sii",
		      survivor_name(survivor), now, id);
}

enum status rotation_next_lost(struct rotation *r, struct db *db, const char *thing,
			       const char *certificate, int64_t after)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT " COLUMNS " FROM rotation AS r INDEXED BY rotation_thing"
				  " WHERE thing = ?1 AND retired IS NULL AND id > ?3"
				  " AND ((old = ?2 AND survivor = 'NEW')"
				  "  OR (new = ?2 AND survivor = 'OLD')) ORDER BY id LIMIT 1",
				  "ssi", thing, certificate, after);

	return take_one(r, db, row, st);
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
	sqlite3_stmt *row;
	bool lost = false;
	enum status st = db_query(&row, db,
				  "SELECT old, new, coalesce(survivor, '') FROM rotation"
				  " WHERE retired IS NULL AND (old = ?1 OR new = ?1)",
				  "s", certificate);

	while (st == GR_OK) {
		lost = rules_has_lost(rules_part(certificate, db_text(row, 0), db_text(row, 1)),
				      survivor_find(db_text(row, 2)));
		if (lost)
			break;
		st = db_next(db, &row);
	}
	db_done(row);
	return st;
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

enum status rotation_next_other(char other[static 65], struct rules_other *facts, struct db *db,
				const char *thing, const char *principal)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT p.certificate,"
	    " EXISTS (SELECT 1 FROM kept WHERE certificate = p.certificate),"
	    " EXISTS (SELECT 1 FROM rotation r WHERE r.thing = ?1 AND r.retired IS NULL"
	    "  AND ((r.old = p.certificate AND r.survivor = 'NEW')"
	    "   OR (r.new = p.certificate AND r.survivor = 'OLD'))),"
	    " EXISTS (SELECT 1 FROM rotation r WHERE r.thing = ?1 AND r.retired IS NULL"
	    "  AND p.certificate IN (r.old, r.new) AND ?2 IN (r.old, r.new)),"
	    " EXISTS (SELECT 1 FROM rotation r WHERE r.thing = ?1 AND r.retired IS NULL"
	    "  AND p.certificate IN (r.old, r.new) AND r.survivor IS NULL),"
	    " EXISTS (SELECT 1 FROM kept WHERE certificate = ?2)"
	    " FROM principal p WHERE p.thing = ?1 AND p.certificate <> ?2 AND p.certificate > ?3"
	    " ORDER BY p.certificate LIMIT 1",
	    "sss", thing, principal, other);

	if (st != GR_OK)
		return st;
	*facts = (struct rules_other){
		.retained = db_int(row, 1) != 0,
		.lost = db_int(row, 2) != 0,
		.shares_rotation = db_int(row, 3) != 0,
		.in_open_rotation = db_int(row, 4) != 0,
		.principal_retained = db_int(row, 5) != 0
	};
	str_copy(other, 65, db_text(row, 0));
	db_done(row);
	return GR_OK;
}
