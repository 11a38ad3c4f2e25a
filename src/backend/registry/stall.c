/* SPDX-License-Identifier: Apache-2.0 */
/* stall.c - rotations that do not begin */
#include "registry/stall.h"
#include "registry/alarm.h"
#include "registry/job_request.h"
#include "str.h"

/* Of a fleet in which all is QUEUED a piece takes milliseconds, and all of it some minutes. */
enum { PIECE = 1000, ALARMS = 50, ALARM_TEXT = 256 };

/*
 * One that has stood for long enough, of a rotation, and no other rotation of the thing is under
 * way, which it would have to wait for. GR_NO: none of that, or it has had its alarm.
 */
static enum status describe(char text[static ALARM_TEXT], struct db *db, int64_t id)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT 'job ' || x.job || ', execution ' || x.number ||"
	    " ': QUEUED for long although the thing was connected:"
	    " it does not begin; its own log says why' AS told"
	    " FROM execution x WHERE x.id = ?1 AND x.status = 'QUEUED'"
	    " AND EXISTS (SELECT 1 FROM job WHERE id = x.job AND json_valid(document)"
	    "  AND json_extract(document, '$.operation') = ?2)"
	    " AND NOT EXISTS (SELECT 1 FROM execution o JOIN job j ON j.id = o.job"
	    "  WHERE o.thing = x.thing AND o.status = 'IN_PROGRESS'"
	    "  AND json_valid(j.document) AND json_extract(j.document, '$.operation') = ?2)"
	    " AND NOT EXISTS (SELECT 1 FROM alarm WHERE kind = 'not-begun'"
	    "  AND thing = x.thing AND certificate = '' AND text = told)",
	    "is", id, JOB_ROTATE);

	if (st != GR_OK)
		return st;
	str_copy(text, ALARM_TEXT, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

struct stalled {
	char thing[129], text[ALARM_TEXT];
};

static enum status raise_alarms(const struct stalled *alarms, size_t count, struct db *db,
				int64_t now)
{
	enum status st = GR_OK;

	for (size_t i = 0; i < count && st == GR_OK; i++)
		st = alarm_raise(db, "not-begun", alarms[i].thing, "", alarms[i].text, now);
	return st;
}

/* The alarms that the piece after *stall calls for; *stall moves to the last one looked at. */
static enum status look_at_piece(struct stalled alarms[static ALARMS], size_t *count,
				 struct stall *stall, struct db *db, int64_t before)
{
	sqlite3_stmt *row;
	int looked = 0;
	/*
	 * The time that counts begins when it was QUEUED, or when the thing connected after that;
	 * a session that has ended since was there as well.
	 */
	enum status told, st = db_query(
	    &row, db,
	    "SELECT thing, status, queued, id, (SELECT max(x.queued, s.since) FROM session s"
	    "  WHERE s.thing = x.thing AND (s.live OR s.since > x.queued))"
	    " FROM execution x INDEXED BY execution_pending"
	    " WHERE status IN ('QUEUED', 'IN_PROGRESS')"
	    " AND (thing, status, queued, id) > (?, ?, ?, ?)"
	    " ORDER BY thing, status, queued, id LIMIT ?",
	    "ssiid", stall->thing, stall->status, stall->queued, stall->id, (int)PIECE);

	for (*count = 0; st == GR_OK && *count < ALARMS; st = db_next(db, &row), looked++) {
		str_copy(stall->thing, sizeof stall->thing, db_text(row, 0));
		str_copy(stall->status, sizeof stall->status, db_text(row, 1));
		stall->queued = db_int(row, 2);
		stall->id = db_int(row, 3);
		if (db_is_null(row, 4) || db_int(row, 4) > before)
			continue;
		told = describe(alarms[*count].text, db, stall->id);
		if (told == GR_OK)
			str_copy(alarms[(*count)++].thing, sizeof alarms[0].thing, stall->thing);
		if (told == GR_FAIL) {
			db_done(row);
			return told;
		}
	}
	if (st == GR_OK)
		db_done(row);
	else if (looked < PIECE)
		*stall = (struct stall){ .id = 0 };
	return st == GR_FAIL ? st : GR_OK;
}

enum status stall_look(struct stall *stall, struct db *db, int64_t patience_ms, int64_t now)
{
	struct stalled alarms[ALARMS];
	size_t count;
	enum status st = look_at_piece(alarms, &count, stall, db, now - patience_ms);

	if (st != GR_OK || count == 0)
		return st;
	st = db_begin(db);
	if (st != GR_OK)
		return st;
	st = raise_alarms(alarms, count, db, now);
	if (st == GR_OK)
		return db_commit(db);
	db_rollback(db);
	return st;
}

#define WAS_THERE \
	"EXISTS (SELECT 1 FROM session s WHERE s.thing = x.thing" \
	" AND (s.live OR s.since > x.queued))"

enum status stall_was_there(struct db *db, int64_t execution)
{
	int64_t there = 0;

	return db_number(&there, db, "SELECT 1 FROM execution x WHERE id = ? AND " WAS_THERE, "i",
			 execution);
}

enum status stall_count_away(int64_t *count, struct db *db, int64_t before)
{
	return db_number(count, db,
			 "SELECT count(*) FROM execution x WHERE status = 'QUEUED' AND queued < ?"
			 " AND NOT " WAS_THERE,
			 "i", before);
}
