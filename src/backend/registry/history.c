/* SPDX-License-Identifier: Apache-2.0 */
/* history.c - the chain of custody as an operator reads it */
#include "registry/history.h"
#include "str.h"

enum status history_exists(struct db *db, const char *thing)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM rotation WHERE thing = ? LIMIT 1", "s", thing);
}

enum status history_list(struct db *db, const char *thing,
			 enum status (*each)(void *arg, const struct history_row *row), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT job, client, old, new, survivor, number, requested, used, committed, decided,"
	    " retired, (SELECT certificate FROM kept WHERE certificate ="
	    "  CASE survivor WHEN 'NEW' THEN old WHEN 'OLD' THEN new END), turned"
	    " FROM rotation WHERE thing = ? ORDER BY id",
	    "s", thing);

	while (st == GR_OK) {
		const struct history_row rotation = {
			.job = db_text(row, 0), .client = db_text(row, 1),
			.old_id = db_text(row, 2), .new_id = db_text(row, 3),
			.survivor = db_text(row, 4), .number = db_int(row, 5),
			.requested = db_int(row, 6), .used = db_int(row, 7),
			.committed = db_int(row, 8), .decided = db_int(row, 9),
			.retired = db_int(row, 10), .kept = db_text(row, 11),
			.turned = db_int(row, 12)
		};

		st = db_each(db, &row, each(arg, &rotation));
	}
	return db_ended(st);
}

enum status history_unused_execution(int64_t *execution, struct db *db)
{
	return db_number(execution, db,
			 "SELECT min(0, coalesce(min(execution), 0)) - 1 FROM rotation", "");
}

enum status history_newest_open(struct history_open *open, struct db *db, const char *thing)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT id, old, new FROM rotation"
				  " WHERE thing = ? AND survivor IS NULL ORDER BY id DESC LIMIT 1",
				  "s", thing);

	if (st != GR_OK)
		return st;
	open->id = db_int(row, 0);
	str_copy(open->old_id, sizeof open->old_id, db_text(row, 1));
	str_copy(open->new_id, sizeof open->new_id, db_text(row, 2));
	db_done(row);
	return GR_OK;
}

enum status history_list_late(struct db *db, int64_t before, int limit,
			      enum status (*each)(void *arg, const struct history_late *late),
			      void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT thing, job, requested FROM rotation"
				  " WHERE survivor IS NULL AND requested < ?"
				  " ORDER BY requested LIMIT ?",
				  "id", before, limit);

	while (st == GR_OK) {
		const struct history_late late = { db_text(row, 0), db_text(row, 1),
						   db_int(row, 2) };

		st = db_each(db, &row, each(arg, &late));
	}
	return db_ended(st);
}
