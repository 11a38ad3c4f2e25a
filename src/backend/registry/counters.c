/* SPDX-License-Identifier: Apache-2.0 */
/* counters.c - how the executions of a job stand */
#include "registry/counters.h"

enum status counters_read(struct counters *counters, struct db *db, const char *job)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT status, count, ever FROM tally WHERE job = ?",
				  "s", job);

	*counters = (struct counters){ 0 };
	for (; st == GR_OK; st = db_next(db, &row)) {
		enum execution_status s = execution_status_find(db_text(row, 0));

		if (s == EXECUTION_STATUS_COUNT)
			continue;
		counters->count[s] = db_int(row, 1);
		counters->ever[s] = db_int(row, 2);
	}
	return st == GR_NO ? GR_OK : st;
}

int64_t counters_total(const struct counters *counters)
{
	int64_t total = 0;

	for (int s = 0; s < EXECUTION_STATUS_COUNT; s++)
		total += counters->count[s];
	return total;
}

int64_t counters_open(const struct counters *counters)
{
	return counters->count[EXECUTION_QUEUED] + counters->count[EXECUTION_IN_PROGRESS];
}
