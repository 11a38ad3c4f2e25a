/* SPDX-License-Identifier: Apache-2.0 */
/* job.c - jobs */
#include "registry/job.h"
#include "complain.h"
#include "json.h"
#include "registry/rollout.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	[JOB_SCHEDULED] = "SCHEDULED", [JOB_IN_PROGRESS] = "IN_PROGRESS",
	[JOB_CANCELED] = "CANCELED",
	[JOB_COMPLETED] = "COMPLETED", [JOB_DELETION_IN_PROGRESS] = "DELETION_IN_PROGRESS"
};

const char *job_status_name(enum job_status status)
{
	return names[status];
}

enum job_status job_status_find(const char *name)
{
	enum job_status s = 0;

	while (s < JOB_STATUS_COUNT && strcmp(names[s], name) != 0)
		s++;
	return s;
}

/* What was written was checked; an empty configuration, as most jobs have, is not even parsed. */
static bool read_config(struct job_config *config, const char *text)
{
	char why[CONFIG_WHY_MAX];
	json_t *blocks;
	bool ok;

	*config = (struct job_config){ 0 };
	if (strcmp(text, "{}") == 0)
		return true;
	blocks = json_object_parse(text, strlen(text));
	ok = blocks && job_config_read(config, blocks, why);
	json_decref(blocks);
	return ok;
}

enum status job_get(struct job *job, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	bool read;
	enum status st =
	    db_query(&row, db,
		     "SELECT id, status, description, document, coalesce(template, ''), "
		     "continuous, force_canceled,"
		     " created, updated, coalesce(completed, 0), config FROM job WHERE id = ?",
		     "s", id);

	if (st != GR_OK)
		return st;
	*job = (struct job){
		.status = job_status_find(db_text(row, 1)), .document = strdup(db_text(row, 3)),
		.continuous = db_int(row, 5) != 0,
		.force_canceled = db_int(row, 6) != 0, .created = db_int(row, 7),
		.updated = db_int(row, 8), .completed = db_int(row, 9)
	};
	str_copy(job->id, sizeof job->id, db_text(row, 0));
	str_copy(job->description, sizeof job->description, db_text(row, 2));
	str_copy(job->template, sizeof job->template, db_text(row, 4));
	read = read_config(&job->config, db_text(row, 10));
	db_done(row);
	if (job->document && read)
		return GR_OK;
	complain("job %s: %s", id, read ? "out of memory" : "its configuration cannot be read");
	job_release(job);
	return GR_FAIL;
}

enum status job_need(struct job *job, struct db *db, const char *id)
{
	enum status st = job_get(job, db, id);

	if (st == GR_NO)
		complain("job %s: no such job (ResourceNotFound)", id);
	return st;
}

void job_release(struct job *job)
{
	free(job->document);
	*job = (struct job){ 0 };
}

bool job_is_rotation(const struct job *job)
{
	json_t *document = json_object_parse(job->document, strlen(job->document));
	const char *operation = document ? json_text(document, "operation") : NULL;
	bool rotation = operation && strcmp(operation, JOB_ROTATE) == 0;

	json_decref(document);
	return rotation;
}

enum status job_rolled_out(struct db *db, const char *id, int64_t now)
{
	struct rollout r;
	enum status st = rollout_get(&r, db, id);

	while (st == GR_OK)
		st = rollout_forget(db, id, JOB_TARGETS_MAX);
	if (st != GR_NO)
		return st;
	r.waiting = 0;
	r.done = true;
	if ((st = rollout_save(db, &r, ROLLOUT_NEVER)) != GR_OK)
		return st;
	st = job_complete(db, id, now);
	return st == GR_NO ? GR_OK : st;
}

enum status job_set_status(struct db *db, const char *id, enum job_status status, int64_t now)
{
	bool ended = status == JOB_CANCELED || status == JOB_COMPLETED;

	return db_run(db,
		      "UPDATE job SET status = ?2, updated = ?3, completed = CASE WHEN ?4 THEN ?3 "
		      "ELSE completed END WHERE id = ?1",
		      "ssid", id, job_status_name(status), now, (int)ended);
}

enum status job_complete(struct db *db, const char *id, int64_t now)
{
	enum status st =
	    db_run(db,
		   "UPDATE job SET status = 'COMPLETED', updated = ?2, completed = ?2 WHERE id = "
		   "?1 AND status = 'IN_PROGRESS'"
		   " AND EXISTS (SELECT 1 FROM rollout WHERE job = ?1 AND done AND NOT joins)"
		   " AND NOT EXISTS (SELECT 1 FROM execution WHERE job = ?1 AND status IN "
		   "('QUEUED', 'IN_PROGRESS'))",
		   "si", id, now);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}

enum status job_delete(struct db *db, const char *id)
{
	enum status st;

	if ((st = db_run(db, "DELETE FROM job_target WHERE job = ?", "s", id)) != GR_OK ||
	    (st = db_run(db, "DELETE FROM tally WHERE job = ?", "s", id)) != GR_OK ||
	    (st = rollout_delete(db, id)) != GR_OK)
		return st;
	return db_run(db, "DELETE FROM job WHERE id = ?", "s", id);
}

json_t *job_blocks(struct db *db, const char *id)
{
	json_t *blocks = NULL;
	sqlite3_stmt *row;

	if (db_query(&row, db, "SELECT config FROM job WHERE id = ?", "s", id) != GR_OK)
		return NULL;
	if (!(blocks = json_object_parse(db_text(row, 0), strlen(db_text(row, 0)))))
		complain("job %s: its configuration cannot be read", id);
	db_done(row);
	return blocks;
}

enum status job_update(struct db *db, const struct job *job, const char *description,
		       const json_t *config, int64_t now)
{
	json_t *before = job_blocks(db, job->id),
	       *merged = before ? job_config_merge(before, config) : NULL;
	char *text = merged ? json_compact(merged) : NULL;
	enum status st = GR_FAIL;

	if (text)
		st = db_run(db,
			    "UPDATE job SET description = coalesce(?2, description), config = ?3, "
			    "updated = ?4 WHERE id = ?1",
			    "sssi", job->id, description, text, now);
	else if (before)
		complain("job %s: out of memory", job->id);
	free(text);
	json_decref(merged);
	json_decref(before);
	return st;
}
