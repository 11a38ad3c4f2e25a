/* SPDX-License-Identifier: Apache-2.0 */
/* remediation.c - a rotation for those that need one */
#include "gr-audit/remediation.h"
#include "complain.h"
#include "registry/job.h"
#include "registry/thing.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum status remediation_add(struct remediation *r, const char *thing)
{
	size_t size = r->size ? 2 * r->size : 1024;
	char **more = r->things;

	if (r->count == r->size) {
		if ((more = realloc(r->things, size * sizeof *more))) {
			r->things = more;
			r->size = size;
		}
	}
	if (more && (r->things[r->count] = strdup(thing))) {
		r->count++;
		return GR_OK;
	}
	complain("audit: out of memory");
	return GR_FAIL;
}

void remediation_release(struct remediation *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->things[i]);
	free(r->things);
	*r = (struct remediation){ 0 };
}

/*
 * With one certificate but those that are kept, that has not expired; and no job that came to an
 * execution, or that the thing still waits for.
 */
static enum status select_thing(struct db *db, const char *thing, int64_t now)
{
	return db_run(
	    db,
	    "INSERT OR IGNORE INTO member (thing_group, thing) SELECT '" REMEDIATION_GROUP
	    "', name FROM thing WHERE name = ?1"
	    " AND (SELECT CASE count(*) WHEN 1 THEN max(c.not_after) END FROM principal p JOIN "
	    "certificate c ON c.id = p.certificate"
	    "  WHERE p.thing = ?1 AND c.status = 'ACTIVE' AND c.id NOT IN (SELECT certificate "
	    "FROM kept)) > ?2"
	    " AND NOT EXISTS (SELECT 1 FROM execution x JOIN job j ON j.id = x.job WHERE x.thing "
	    "= ?1 AND x.status IN ('QUEUED', 'IN_PROGRESS')"
	    "  AND json_extract(j.document, '$.operation') = '" JOB_ROTATE "')"
	    " AND NOT EXISTS (SELECT 1 FROM rollout r JOIN awaiting a ON a.job = r.job AND "
	    "a.thing = ?1 JOIN job j ON j.id = r.job"
	    "  WHERE r.done = 0 AND json_extract(j.document, '$.operation') = '" JOB_ROTATE "')",
	    "si", thing, now);
}

static enum status select_things(struct remediation *r, struct db *db, int64_t now)
{
	enum status st = group_create(db, REMEDIATION_GROUP, now);

	if (st == GR_OK)
		st = db_run(db, "DELETE FROM member WHERE thing_group = '" REMEDIATION_GROUP "'",
			    "");
	for (size_t i = 0; st == GR_OK && i < r->count; i++)
		if ((st = select_thing(db, r->things[i], now)) == GR_OK)
			r->reached += db_changes(db);
	return st;
}

static enum status make_job(struct remediation *r, struct db *db, int64_t now)
{
	static const char *const targets[] = { "thinggroup/" REMEDIATION_GROUP, NULL };
	const struct job_request q = { .id = r->job,
				       .targets = targets,
				       .template = r->template,
				       .description = "Certificates that gr-audit found" };
	time_t at = (time_t)(now / 1000);
	struct tm tm;

	if (!gmtime_r(&at, &tm) ||
	    strftime(r->job, sizeof r->job, "audit-%Y%m%dT%H%M%SZ", &tm) == 0) {
		complain("audit: the clock shows no date that could be written");
		return GR_FAIL;
	}
	return job_create(db, &q, now);
}

enum status remediation_order(struct remediation *r, struct db *db, int64_t now)
{
	enum status st = GR_OK;

	if (r->count == 0)
		return GR_OK;
	if ((st = db_begin(db)) != GR_OK)
		return st;
	if ((st = select_things(r, db, now)) == GR_OK && r->reached > 0)
		st = make_job(r, db, now);
	if (st == GR_OK && (st = db_commit(db)) == GR_OK)
		return GR_OK;
	db_rollback(db);
	r->job[0] = '\0';
	return st;
}
