/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.c - retiring the certificates that a device no longer uses, as often as needed */
#include "registry/certificate.h"
#include "registry/alarm.h"
#include "registry/retained_certificate.h"
#include "registry/revocation.h"
#include "registry/rotation.h"
#include "str.h"

#include <string.h>

/* rotations dealt with in one pass: requests must not wait for a whole fleet */
enum { BATCH = 100 };

/* Deletion in the order AWS IoT asks for: it is INACTIVE and detached by now. */
static enum status forget(struct db *db, const char *certificate)
{
	enum status st = db_run(db, "DELETE FROM certificate_policy WHERE certificate = ?", "s",
				certificate);

	return st == GR_OK ? db_run(db, "DELETE FROM certificate WHERE id = ?", "s", certificate)
			   : st;
}

/*
 * A private authority's certificate would be good elsewhere until it expires, so it is revoked as
 * well.
 */
static enum status revoke(struct db *db, const char *certificate, const char *reason, int64_t now)
{
	struct certificate c;
	enum status st = certificate_get(&c, db, certificate);

	if (st == GR_OK && c.private && !c.revoked)
		st = revocation_add(db, certificate, reason, now);
	return st == GR_NO ? GR_OK : st;
}

static enum status retire(struct db *db, const char *certificate, const char *reason,
			  int64_t quarantine_ms, int64_t now)
{
	enum status st;

	if ((st = db_run(db,
			 "UPDATE certificate SET status = 'INACTIVE', retired = ? WHERE id = ?",
			 "is", now, certificate)) != GR_OK ||
	    (st = revoke(db, certificate, reason, now)) != GR_OK ||
	    (st = db_run(db, "DELETE FROM principal WHERE certificate = ?", "s", certificate)) !=
		GR_OK ||
	    (st = retained_certificate_forget(db, certificate)) != GR_OK ||
	    (st = rotation_mark_retired(db, certificate, now)) != GR_OK)
		return st;
	return quarantine_ms == 0 ? forget(db, certificate) : GR_OK;
}

static enum status reconcile_one(struct db *db, const struct rotation *r, int64_t quarantine_ms,
				 int64_t now)
{
	const char *winner = r->survivor == SURVIVOR_NEW ? r->new_id : r->old_id;
	const char *loser = r->survivor == SURVIVOR_NEW ? r->old_id : r->new_id;
	struct certificate c;
	enum status st = certificate_get(&c, db, winner);

	if (st == GR_FAIL)
		return st;
	if (st == GR_NO || !c.active || c.revoked || strcmp(c.thing, r->thing) != 0)
		return alarm_raise(
		    db, "survivor-inactive", r->thing, winner,
		    "the surviving certificate is not usable, so the other one was not retired",
		    now);
	/* An operator gave the loser to another thing since: it is that one's. */
	if ((st = certificate_get(&c, db, loser)) == GR_FAIL)
		return st;
	if (st == GR_OK && c.thing[0] && strcmp(c.thing, r->thing) != 0)
		return rotation_mark_retired(db, loser, now);
	return retire(db, loser,
		      r->survivor == SURVIVOR_NEW ? REVOCATION_SUPERSEDED : REVOCATION_UNUSED,
		      quarantine_ms, now);
}

/*
 * The next one to retire or to raise an alarm for. One that waits for its survivor and had its
 * alarm is left out here, so that many of them never stand in the way of the others; also one
 * whose loser is kept, or was gone back to and is the OLD of a later rotation, which decides about
 * it.
 */
static enum status due_after(struct rotation *r, struct db *db, int64_t id)
{
	sqlite3_stmt *row;
	int64_t execution;
	enum status st = db_query(
	    &row, db,
	    "WITH due AS (SELECT id, execution, thing, not_ours, CASE survivor WHEN 'NEW' THEN "
	    "new ELSE old END AS winner,"
	    "  CASE survivor WHEN 'NEW' THEN old ELSE new END AS loser"
	    " FROM rotation WHERE survivor IS NOT NULL AND retired IS NULL AND id > ?)"
	    " SELECT execution FROM due WHERE NOT (not_ours AND (loser IN (SELECT certificate "
	    "FROM kept)"
	    "  OR EXISTS (SELECT 1 FROM rotation l WHERE l.old = due.loser AND l.id > due.id))) "
	    "AND (EXISTS (SELECT 1 FROM certificate c JOIN principal p ON p.certificate = c.id"
	    "  WHERE c.id = winner AND c.status = 'ACTIVE' AND p.thing = due.thing AND c.id NOT "
	    "IN (SELECT certificate FROM revoked))"
	    " OR NOT EXISTS (SELECT 1 FROM alarm WHERE kind = 'survivor-inactive' AND thing = "
	    "due.thing AND certificate = winner))"
	    " ORDER BY id LIMIT 1",
	    "i", id);

	if (st != GR_OK)
		return st;
	execution = db_int(row, 0);
	db_done(row);
	return rotation_of_execution(r, db, execution);
}

/* A certificate whose quarantine is over. */
static enum status find_expired(char id[static 65], struct db *db, int64_t quarantine_ms,
				int64_t now)
{
	sqlite3_stmt *row;
	enum status st;

	st = db_query(&row, db,
		      "SELECT id FROM certificate WHERE retired IS NOT NULL AND retired <= ? AND "
		      "status <> 'ACTIVE'"
		      " AND id NOT IN (SELECT certificate FROM principal) LIMIT 1",
		      "i", now - quarantine_ms);
	if (st != GR_OK)
		return st;
	str_copy(id, 65, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

/* What fails is undone alone: the rest of the caller's transaction stands. */
static enum status close_part(struct db *db, enum status st)
{
	if (st == GR_OK)
		return db_keep(db);
	db_undo(db);
	return st;
}

static enum status retire_due(struct db *db, int64_t quarantine_ms, int64_t now)
{
	struct rotation r = { 0 };
	enum status st = GR_OK;

	for (int i = 0; i < BATCH && (st = due_after(&r, db, r.id)) == GR_OK; i++)
		if ((st = db_mark(db)) != GR_OK ||
		    (st = close_part(db, reconcile_one(db, &r, quarantine_ms, now))) != GR_OK)
			return GR_FAIL;
	return st;
}

static enum status retire_released(struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum status st = GR_OK;
	char id[65];
	bool attached;

	for (int i = 0;
	     i < BATCH && (st = retained_certificate_next_released(id, &attached, db)) == GR_OK;
	     i++)
		if ((st = db_mark(db)) != GR_OK ||
		    (st = close_part(db,
				     attached ? retire(db, id, REVOCATION_SUPERSEDED,
						       quarantine_ms, now)
					      : retained_certificate_forget(db, id))) != GR_OK)
			return GR_FAIL;
	return st;
}

static enum status end_quarantines(struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum status st = GR_OK;
	char id[65];

	for (int i = 0; i < BATCH && (st = find_expired(id, db, quarantine_ms, now)) == GR_OK; i++)
		if ((st = db_mark(db)) != GR_OK || (st = close_part(db, forget(db, id))) != GR_OK)
			return GR_FAIL;
	return st;
}

enum status rotation_pause(struct db *db)
{
	return db_run(db,
		      "INSERT INTO meta VALUES ('retirement_paused', 1) ON CONFLICT DO NOTHING",
		      "");
}

enum status rotation_resume(struct db *db)
{
	return db_run(db, "DELETE FROM meta WHERE key = 'retirement_paused'", "");
}

enum status rotation_is_paused(struct db *db)
{
	int64_t paused = 0;

	return db_number(&paused, db, "SELECT value FROM meta WHERE key = 'retirement_paused'",
			 "");
}

enum status rotation_reconcile(struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum status paused = rotation_is_paused(db), retired, released, ended;

	if (paused != GR_NO)
		return paused;
	retired = retire_due(db, quarantine_ms, now);
	if (retired == GR_FAIL ||
	    (released = retire_released(db, quarantine_ms, now)) == GR_FAIL ||
	    (ended = end_quarantines(db, quarantine_ms, now)) == GR_FAIL)
		return GR_FAIL;
	return retired == GR_OK || released == GR_OK || ended == GR_OK ? GR_NO : GR_OK;
}

enum status rotation_is_due(struct db *db, int64_t quarantine_ms, int64_t now)
{
	enum status paused = rotation_is_paused(db), st;
	struct rotation r;
	char id[65];
	bool attached;

	if (paused != GR_NO)
		return paused == GR_OK ? GR_NO : paused;
	if ((st = due_after(&r, db, 0)) == GR_NO)
		st = retained_certificate_next_released(id, &attached, db);
	return st == GR_NO ? find_expired(id, db, quarantine_ms, now) : st;
}
