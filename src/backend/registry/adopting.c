/* SPDX-License-Identifier: Apache-2.0 */
/* adopting.c - the time in which unknown certificates of ours are taken in */
#include "registry/adopting.h"
#include "registry/alarm.h"
#include "registry/timer_clock.h"

enum status adopting_begin(struct db *db, int64_t length, int64_t now)
{
	int64_t timer = 0;
	enum status st = timer_clock_keep(db);

	if (st == GR_OK)
		st = timer_clock_now(&timer, db);
	/* The row's name is known to registry_reader.c as well. */
	if (st == GR_OK)
		st = db_run(db, "INSERT OR REPLACE INTO meta VALUES ('adopting', ?)", "i",
			    timer + length);
	if (st == GR_OK)
		st = alarm_clear(db, "adopting");
	return st == GR_OK
	    ? alarm_raise(db, "adopting", "", "",
			  "certificates of ours that are not registered are taken in from their "
			  "connections",
			  now)
	    : st;
}

enum status adopting_end(struct db *db)
{
	enum status st = db_run(db, "DELETE FROM meta WHERE key = 'adopting'", "");

	return st == GR_OK ? alarm_clear(db, "adopting") : st;
}

static enum status read_end(int64_t *end, struct db *db)
{
	return db_number(end, db, "SELECT value FROM meta WHERE key = 'adopting'", "");
}

enum status adopting_lasts(struct db *db)
{
	int64_t end = 0, timer = 0;
	enum status st = read_end(&end, db);

	if (st == GR_OK)
		st = timer_clock_now(&timer, db);
	return st == GR_OK && timer >= end ? GR_NO : st;
}

enum status adopting_expire(bool *ended, struct db *db)
{
	int64_t end;
	enum status st = read_end(&end, db);

	*ended = false;
	if (st == GR_OK)
		st = timer_clock_keep(db);
	if (st == GR_OK)
		st = adopting_lasts(db);
	else if (st == GR_NO)
		return GR_OK;
	if (st != GR_NO)
		return st;
	st = adopting_end(db);
	*ended = st == GR_OK;
	return st;
}
