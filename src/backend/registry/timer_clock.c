/* SPDX-License-Identifier: Apache-2.0 */
/* timer_clock.c - the clock by which the timers of executions run */
#include "registry/timer_clock.h"
#include "clock.h"

/*
 * Reads what has to be added to the boot clock. Never less than what leads to the newest time on
 * record: where the kernel gives boots no name, another boot looks like this one.
 */
static enum status read_offset(int64_t *offset, struct db *db, const char *boot, int64_t boot_ms)
{
	int64_t at = 0;
	enum status st;

	st = db_number(&at, db, "SELECT value FROM meta WHERE key = 'timer_at'", "");
	if (st == GR_FAIL)
		return st;
	*offset = (st == GR_OK ? at : clock_real_ms()) - boot_ms;
	st = db_number(&at, db,
		       "SELECT max(o.value, ?2) FROM meta o, meta b WHERE o.key = 'timer_offset'"
		       " AND b.key = 'timer_boot' AND b.value = ?1",
		       "si", boot, *offset);
	if (st == GR_OK)
		*offset = at;
	return st == GR_NO ? GR_OK : st;
}

enum status timer_clock_now(int64_t *now, struct db *db)
{
	int64_t boot_ms = clock_boot_ms(), offset;
	char boot[64];
	enum status st;

	clock_boot_id(boot);
	st = read_offset(&offset, db, boot, boot_ms);
	if (st == GR_OK)
		*now = offset + boot_ms;
	return st;
}

enum status timer_clock_keep(struct db *db)
{
	int64_t boot_ms = clock_boot_ms(), offset;
	char boot[64];
	enum status st;

	clock_boot_id(boot);
	st = read_offset(&offset, db, boot, boot_ms);
	if (st != GR_OK)
		return st;
	return db_run(db,
		      "INSERT INTO meta (key, value) VALUES ('timer_boot', ?), ('timer_offset', "
		      "?), ('timer_at', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
		      "sii", boot, offset, offset + boot_ms);
}
