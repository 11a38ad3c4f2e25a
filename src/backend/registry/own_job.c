/* SPDX-License-Identifier: Apache-2.0 */
/* own_job.c - jobs that things asked for */
#include "registry/own_job.h"

enum status own_job_last(int64_t *at, struct db *db, const char *thing)
{
	return db_number(at, db, "SELECT at FROM own_job WHERE thing = ?", "s", thing);
}

enum status own_job_note(struct db *db, const char *thing, const char *job, int64_t now)
{
	return db_run(db,
		      "INSERT INTO own_job (thing, job, at) VALUES (?1, ?2, ?3)"
		      " ON CONFLICT (thing) DO UPDATE SET job = ?2, at = ?3",
		      "ssi", thing, job, now);
}
