/* SPDX-License-Identifier: Apache-2.0 */
/* alarm.c - what an operator should look at */
#include "registry/alarm.h"
#include "complain.h"

enum status alarm_raise(struct db *db, const char *kind, const char *thing,
			const char *certificate, const char *text, int64_t now)
{
	complain("alarm: %s: thing %s, certificate %s: %s", kind, thing[0] ? thing : "-",
		 certificate, text);
	return db_run(
	    db,
	    "INSERT INTO alarm (at, kind, thing, certificate, text) VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT (kind, thing, certificate, text)"
	    " DO UPDATE SET at = ?1, count = count + 1",
	    "issss", now, kind, thing, certificate, text);
}

enum status alarm_repeat(struct db *db, const char *kind, const char *thing,
			 const char *certificate, int64_t now)
{
	enum status st = db_run(db,
				"UPDATE alarm SET at = ?, count = count + 1 WHERE kind = ? AND "
				"thing = ? AND certificate = ?",
				"isss", now, kind, thing, certificate);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}

enum status alarm_clear(struct db *db, const char *kind)
{
	return db_run(db, "DELETE FROM alarm WHERE kind = ?", "s", kind);
}

#define SELECT "SELECT at, kind, thing, certificate, count, text FROM alarm "

static enum status list(struct db *db, sqlite3_stmt *row, enum status st,
			enum status (*each)(void *arg, const struct alarm_row *row), void *arg)
{
	while (st == GR_OK) {
		const struct alarm_row alarm = {
			.at = db_int(row, 0), .kind = db_text(row, 1), .thing = db_text(row, 2),
			.certificate = db_text(row, 3), .count = db_int(row, 4),
			.text = db_text(row, 5)
		};

		st = db_each(db, &row, each(arg, &alarm));
	}
	return db_ended(st);
}

enum status alarm_list(struct db *db, const char *thing,
		       enum status (*each)(void *arg, const struct alarm_row *row), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, SELECT "WHERE ?1 = '' OR thing = ?1 ORDER BY at", "s",
				  thing);

	return list(db, row, st, each, arg);
}

enum status alarm_list_newest(struct db *db, int limit,
			      enum status (*each)(void *arg, const struct alarm_row *row),
			      void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, SELECT "ORDER BY at DESC, id DESC LIMIT ?", "d",
				  limit);

	return list(db, row, st, each, arg);
}
