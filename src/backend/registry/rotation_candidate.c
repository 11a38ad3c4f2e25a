/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_candidate.c - the things that a rotation can help now */
#include "registry/rotation_candidate.h"
#include "registry/job_request.h"

#define IS_ROTATION "json_extract(j.document, '$.operation') = '" JOB_ROTATE "'"

enum status rotation_candidate_add(int64_t *added, struct db *db, const char *group,
				   const char *thing, int64_t now)
{
	enum status st = db_run(
	    db,
	    "INSERT OR IGNORE INTO member (thing_group, thing)"
	    " SELECT ?3, name FROM thing WHERE name = ?1"
	    " AND (SELECT count(*)"
	    "  FROM principal p JOIN certificate c ON c.id = p.certificate"
	    "  WHERE p.thing = ?1 AND c.status = 'ACTIVE'"
	    "  AND c.id NOT IN (SELECT certificate FROM kept)) <= 1"
	    /* One that was taken in is retained itself: of several that are, the newest. */
	    " AND (SELECT c.not_after"
	    "  FROM principal p JOIN certificate c ON c.id = p.certificate"
	    "  WHERE p.thing = ?1 AND c.status = 'ACTIVE'"
	    "  ORDER BY c.id IN (SELECT certificate FROM kept), c.created DESC LIMIT 1) > ?2"
	    " AND NOT EXISTS (SELECT 1 FROM execution x JOIN job j ON j.id = x.job"
	    "  WHERE x.thing = ?1 AND x.status IN ('QUEUED', 'IN_PROGRESS') AND " IS_ROTATION ")"
	    " AND NOT EXISTS (SELECT 1 FROM rollout r"
	    "  JOIN awaiting a ON a.job = r.job AND a.thing = ?1 JOIN job j ON j.id = r.job"
	    "  WHERE r.done = 0 AND " IS_ROTATION ")",
	    "sis", thing, now, group);

	if (st == GR_OK)
		*added += db_changes(db);
	return st;
}
