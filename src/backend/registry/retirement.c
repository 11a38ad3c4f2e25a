/* SPDX-License-Identifier: Apache-2.0 */
/* retirement.c - certificates that are taken out of use */
#include "registry/retirement.h"
#include "registry/retained_certificate.h"
#include "registry/second_look.h"
#include "str.h"

/*
 * A rotation whose record is damaged retires nothing. One that waits stays in the way of none: the
 * rows are stepped over inside one query. The facts about a device that is not ours cost two
 * look-ups, so they are not read for one of ours.
 * heir: the survivor, and what later rotations put in its place. An OLD that has expired may still
 * rotate, where the broker grants that; a NEW that has is good for nothing.
 */
#define DECIDED \
	"WITH due AS (SELECT id, execution, thing, not_ours, old," \
	"  CASE survivor WHEN 'NEW' THEN new ELSE old END AS winner," \
	"  CASE survivor WHEN 'NEW' THEN old ELSE new END AS loser" \
	"  FROM rotation AS r INDEXED BY rotation_due" \
	"  WHERE survivor IS NOT NULL AND retired IS NULL AND id > ?1" \
	"  AND " SECOND_LOOK_ROTATION_SAME ")" \
	" SELECT execution, not_ours," \
	" CASE WHEN not_ours THEN loser IN (SELECT certificate FROM kept) END," \
	" CASE WHEN not_ours THEN" \
	"  EXISTS (SELECT 1 FROM rotation l WHERE l.old = due.loser AND l.id > due.id) END," \
	" EXISTS (WITH RECURSIVE heir (id) AS (SELECT winner UNION" \
	"   SELECT l.new FROM heir JOIN rotation l ON l.old = heir.id WHERE l.survivor = 'NEW')" \
	"  SELECT 1 FROM heir JOIN certificate c ON c.id = heir.id" \
	"  JOIN principal p ON p.certificate = c.id" \
	"  WHERE c.status = 'ACTIVE' AND p.thing = due.thing" \
	"  AND (c.not_after > ?2 OR c.id = due.old)" \
	"  AND c.id NOT IN (SELECT certificate FROM revoked))," \
	" EXISTS (SELECT 1 FROM alarm WHERE kind = 'survivor-inactive'" \
	"  AND thing = due.thing AND certificate = winner)," \
	" EXISTS (SELECT 1 FROM principal WHERE certificate = loser AND thing <> due.thing)" \
	" FROM due ORDER BY id"

static enum rules_retirement_verdict judge_decided(sqlite3_stmt *row)
{
	const struct rules_retirement facts = {
		.not_ours = db_int(row, 1) != 0,
		.loser_retained = db_int(row, 2) != 0,
		.loser_is_later_old = db_int(row, 3) != 0,
		.survivor_usable = db_int(row, 4) != 0,
		.alarm_raised = db_int(row, 5) != 0,
		.loser_of_another_thing = db_int(row, 6) != 0
	};

	return rules_retirement(&facts);
}

enum status retirement_find_decided(struct rotation *r, enum rules_retirement_verdict *verdict,
				    struct db *db, int64_t after, int64_t now)
{
	sqlite3_stmt *row;
	int64_t execution;
	enum status st = db_query(&row, db, DECIDED, "ii", after, now);

	while (st == GR_OK && (*verdict = judge_decided(row)) == RULES_WAIT)
		st = db_next(db, &row);
	if (st != GR_OK)
		return st;
	execution = db_int(row, 0);
	db_done(row);
	return rotation_of_execution(r, db, execution);
}

static enum rules_retirement_verdict judge_released(sqlite3_stmt *row)
{
	const struct rules_release facts = {
		.successor_usable = db_int(row, 1) != 0,
		.attached = db_int(row, 2) != 0
	};

	return rules_release(&facts);
}

enum status retirement_find_released(char certificate[static 65],
				     enum rules_retirement_verdict *verdict, struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT k.certificate,"
	    " EXISTS (SELECT 1 FROM principal p JOIN certificate c ON c.id = p.certificate"
	    "  WHERE p.certificate = k.successor AND p.thing = k.thing AND c.status = 'ACTIVE'"
	    "  AND c.id NOT IN (SELECT certificate FROM revoked)),"
	    " EXISTS (SELECT 1 FROM principal WHERE certificate = k.certificate"
	    "  AND thing = k.thing)"
	    " FROM kept k INDEXED BY kept_ended WHERE k.successor IS NOT NULL",
	    "");

	while (st == GR_OK && (*verdict = judge_released(row)) == RULES_WAIT)
		st = db_next(db, &row);
	if (st != GR_OK)
		return st;
	str_copy(certificate, 65, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

static bool is_expired(sqlite3_stmt *row, int64_t quarantine, int64_t now)
{
	const struct rules_quarantine facts = {
		.age = now - db_int(row, 1),
		.length = quarantine,
		.active = db_int(row, 2) != 0,
		.attached = db_int(row, 3) != 0
	};

	return rules_quarantine_is_over(&facts);
}

enum status retirement_find_expired(char certificate[static 65], struct db *db, int64_t quarantine,
				    int64_t now)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT id, retired, status = 'ACTIVE',"
				  " id IN (SELECT certificate FROM principal)"
				  " FROM certificate WHERE retired IS NOT NULL AND retired <= ?",
				  "i", now - quarantine);

	while (st == GR_OK && !is_expired(row, quarantine, now))
		st = db_next(db, &row);
	if (st != GR_OK)
		return st;
	str_copy(certificate, 65, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

enum status retirement_deactivate(struct db *db, const char *certificate, int64_t now)
{
	return db_run(db, "UPDATE certificate SET status = 'INACTIVE', retired = ? WHERE id = ?",
		      "is", now, certificate);
}

enum status retirement_detach(struct db *db, const char *certificate, int64_t now)
{
	enum status st = db_run(db, "DELETE FROM principal WHERE certificate = ?", "s",
				certificate);

	if (st == GR_OK)
		st = retained_certificate_forget(db, certificate);
	return st == GR_OK ? rotation_mark_retired(db, certificate, now) : st;
}

/* In the order that AWS IoT asks for: it is INACTIVE and detached by now. */
enum status retirement_forget(struct db *db, const char *certificate)
{
	enum status st = db_run(db, "DELETE FROM certificate_policy WHERE certificate = ?", "s",
				certificate);

	return st == GR_OK ? db_run(db, "DELETE FROM certificate WHERE id = ?", "s", certificate)
			   : st;
}

enum status retirement_pause(struct db *db)
{
	return db_run(db,
		      "INSERT INTO meta VALUES ('retirement_paused', 1) ON CONFLICT DO NOTHING",
		      "");
}

enum status retirement_resume(struct db *db)
{
	return db_run(db, "DELETE FROM meta WHERE key = 'retirement_paused'", "");
}

enum status retirement_is_paused(struct db *db)
{
	int64_t paused = 0;

	return db_number(&paused, db, "SELECT value FROM meta WHERE key = 'retirement_paused'",
			 "");
}
