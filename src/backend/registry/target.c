/* SPDX-License-Identifier: Apache-2.0 */
/* target.c - the targets of jobs */
#include "registry/target.h"
#include "str.h"

enum status target_next(char target[static TARGET_MAX], struct db *db, const char *job)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT target FROM job_target WHERE job = ? AND target > ?"
				  " ORDER BY target LIMIT 1",
				  "ss", job, target);

	if (st != GR_OK)
		return st;
	str_copy(target, TARGET_MAX, db_text(row, 0));
	db_done(row);
	return GR_OK;
}

enum status target_includes(struct db *db, const char *job, const char *thing)
{
	int64_t found = 0;

	return db_number(
	    &found, db,
	    "SELECT 1 FROM job_target WHERE job = ?1 AND CASE WHEN target LIKE 'thing/%'"
	    " THEN target = 'thing/' || ?2 AND EXISTS (SELECT 1 FROM thing WHERE name = ?2)"
	    " ELSE EXISTS (SELECT 1 FROM member"
	    "  WHERE thing_group = substr(target, 12) AND thing = ?2) END LIMIT 1",
	    "ss", job, thing);
}

enum status target_next_follower(char job[static 65], struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT min(job) FROM continuous_target WHERE job > ?",
				  "s", job);

	if (st == GR_OK && db_is_null(row, 0))
		st = GR_NO;
	if (st == GR_OK)
		str_copy(job, 65, db_text(row, 0));
	db_done(row);
	return st;
}

enum status target_unfollow(struct db *db, const char *job)
{
	return db_run(db,
		      "DELETE FROM continuous_target WHERE (target, job) IN"
		      " (SELECT target, job FROM job_target WHERE job = ?)",
		      "s", job);
}

/* Triggers note the things. */
enum status target_has_changes(struct db *db)
{
	int64_t found = 0;

	return db_number(&found, db, "SELECT 1 FROM membership_change LIMIT 1", "");
}

enum status target_take_change(char thing[static 129], struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT thing FROM membership_change LIMIT 1", "");

	if (st != GR_OK)
		return st;
	str_copy(thing, 129, db_text(row, 0));
	db_done(row);
	return db_run(db, "DELETE FROM membership_change WHERE thing = ?", "s", thing);
}
