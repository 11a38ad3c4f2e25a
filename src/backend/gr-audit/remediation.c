/* SPDX-License-Identifier: Apache-2.0 */
/* remediation.c - a rotation for those that need one */
#include "gr-audit/remediation.h"
#include "complain.h"
#include "registry/audit.h"
#include "registry/group.h"
#include "registry/job.h"
#include "registry/job_template.h"
#include "registry/rotation_candidate.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool make_room(struct remediation *r)
{
	size_t size = r->size ? 2 * r->size : 1024;
	char **more;

	if (r->count < r->size)
		return true;
	more = realloc(r->things, size * sizeof *more);
	if (!more)
		return false;
	r->things = more;
	r->size = size;
	return true;
}

enum status remediation_add(struct remediation *r, const char *thing)
{
	char *name = make_room(r) ? strdup(thing) : NULL;

	if (!name) {
		complain("audit: out of memory");
		return GR_FAIL;
	}
	r->things[r->count++] = name;
	return GR_OK;
}

void remediation_release(struct remediation *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->things[i]);
	free(r->things);
	*r = (struct remediation){ 0 };
}

static enum status select_things(struct remediation *r, struct db *db, int64_t now)
{
	enum status st = group_create(db, REMEDIATION_GROUP, now);

	if (st == GR_OK)
		st = group_empty(db, REMEDIATION_GROUP);
	for (size_t i = 0; st == GR_OK && i < r->count; i++)
		st = rotation_candidate_add(&r->reached, db, REMEDIATION_GROUP, r->things[i], now);
	return st;
}

static enum status make_job(struct remediation *r, struct db *db, int64_t now)
{
	static const char *const targets[] = { "thinggroup/" REMEDIATION_GROUP, NULL };
	struct job_request q = { .id = r->job,
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
	if (!q.template && job_template_of_rotations(&q.template, db) != GR_OK)
		return GR_FAIL;
	if (q.template && q.template[0] == '\0')
		q.template = NULL;
	return job_create(db, &q, now);
}

enum status remediation_order(struct remediation *r, struct db *db, int64_t now)
{
	enum status st = GR_OK;

	if (r->count == 0)
		return GR_OK;
	st = db_begin(db);
	if (st != GR_OK)
		return st;
	st = select_things(r, db, now);
	if (st == GR_OK && r->reached > 0)
		st = make_job(r, db, now);
	if (st == GR_OK)
		st = db_commit(db);
	if (st == GR_OK)
		return GR_OK;
	db_rollback(db);
	r->job[0] = '\0';
	return st;
}
