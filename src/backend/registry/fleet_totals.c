/* SPDX-License-Identifier: Apache-2.0 */
/* fleet_totals.c - the fleet in a few numbers */
#include "registry/fleet_totals.h"

enum status fleet_totals_read(struct fleet_totals *totals, struct db *db)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT (SELECT count(*) FROM thing),"
	    " (SELECT coalesce(sum(certificates), 0) FROM expiry),"
	    " (SELECT count FROM total WHERE name = 'connections'),"
	    " (SELECT sum(count) FROM tally WHERE job = ''"
	    "  AND status IN ('QUEUED', 'IN_PROGRESS')),"
	    " (SELECT count FROM total WHERE name = 'rotations' AND label = 'NEW'),"
	    " (SELECT count FROM total WHERE name = 'rotations' AND label = 'OLD')",
	    "");

	if (st != GR_OK)
		return GR_FAIL;
	*totals = (struct fleet_totals){ db_int(row, 0), db_int(row, 1), db_int(row, 2),
				   db_int(row, 3), db_int(row, 4), db_int(row, 5) };
	db_done(row);
	return GR_OK;
}

enum status fleet_totals_expiring(int64_t *count, struct db *db, int64_t first, int64_t end)
{
	return db_number(
	    count, db,
	    "SELECT coalesce(sum(certificates), 0) FROM expiry WHERE day >= ? AND day < ?", "ii",
	    first, end);
}
