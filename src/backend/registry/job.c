/* SPDX-License-Identifier: Apache-2.0 */
/* job.c - jobs */
#include "registry/job.h"
#include "complain.h"
#include "json.h"
#include "registry/group.h"
#include "registry/job_template.h"
#include "registry/rollout.h"
#include "registry/thing.h"
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
		     "SELECT id, status, description, document, coalesce(template, ''),"
		     " continuous, force_canceled, created, updated, coalesce(completed, 0),"
		     " config FROM job WHERE id = ?",
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

static enum status check_target(struct db *db, const char *target)
{
	if (strncmp(target, "thing/", 6) == 0)
		return thing_need(db, target + 6);
	if (strncmp(target, "thinggroup/", 11) == 0)
		return group_need(db, target + 11);
	complain("%s: not a target; thing/NAME or thinggroup/NAME (InvalidRequest)", target);
	return GR_BAD;
}

static enum status add_targets(struct db *db, const char *id, const char *const *targets)
{
	int64_t count = 0;
	enum status st = GR_OK;

	for (size_t i = 0; targets[i] && st == GR_OK; i++) {
		st = check_target(db, targets[i]);
		if (st == GR_OK)
			st = db_run(db,
				    "INSERT INTO job_target (job, target) VALUES (?, ?)"
				    " ON CONFLICT DO NOTHING",
				    "ss", id, targets[i]);
	}
	if (st == GR_OK)
		st = db_number(&count, db, "SELECT count(*) FROM job_target WHERE job = ?", "s",
			       id);
	if (st != GR_OK)
		return st;
	if (count >= 1 && count <= JOB_TARGETS_MAX)
		return GR_OK;
	complain("job %s: %lld targets; 1 to %d are allowed (InvalidRequest)", id,
		 (long long)count, JOB_TARGETS_MAX);
	return GR_BAD;
}

struct opening {
	struct db *db;
	const char *job;
	bool continuous;
	int64_t *waiting;
};

static enum status open_target(void *arg, const char *name)
{
	const struct opening *o = arg;
	char target[160];
	enum status st;

	str_copy(target, sizeof target, name);
	st = rollout_await(o->waiting, o->db, o->job, target);
	if (st != GR_OK || !o->continuous)
		return st;
	return db_run(o->db,
		      "INSERT OR IGNORE INTO continuous_target (target, job) VALUES (?, ?)", "ss",
		      target, o->job);
}

/* Every target's things begin to wait; those of a continuous job are watched from here on. */
static enum status open_targets(int64_t *waiting, struct db *db, const char *id, bool continuous)
{
	struct opening opening = { db, id, continuous, waiting };

	return job_targets(db, id, open_target, &opening);
}

static enum status open_rollout(struct db *db, const char *id, bool continuous)
{
	struct rollout r;
	enum status st;

	st = rollout_get(&r, db, id);
	if (st == GR_OK)
		st = open_targets(&r.waiting, db, id, continuous);
	if (st != GR_OK)
		return GR_FAIL;
	r.joins = continuous;
	r.done = false;
	return rollout_save(db, &r, 0);
}

enum status job_begin(struct db *db, const struct job *job, int64_t now)
{
	enum status st = job_set_status(db, job->id, JOB_IN_PROGRESS, now);

	return st == GR_OK ? open_rollout(db, job->id, job->continuous) : st;
}

enum status job_add_targets(struct db *db, const char *id, const char *const *targets, int64_t now)
{
	enum status st;

	st = add_targets(db, id, targets);
	if (st == GR_OK)
		st = db_run(db, "UPDATE job SET updated = ? WHERE id = ?", "is", now, id);
	return st == GR_OK ? open_rollout(db, id, true) : st;
}

static enum status insert_row(struct db *db, const struct job_request *q,
			      const json_t *blocks, enum job_status status, int64_t now)
{
	char *text = json_compact(blocks);
	enum status st = GR_FAIL;

	if (text)
		st = db_run(db,
			    "INSERT INTO job (id, document, description, config, template,"
			    " continuous, status, created, updated)"
			    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
			    "sssssdsi", q->id, q->document, q->description, text, q->template,
			    (int)q->continuous, job_status_name(status), now);
	else
		complain("job %s: out of memory", q->id);
	free(text);
	return st;
}

/* q with what it takes from a template or by default. */
static enum status insert(struct db *db, const struct job_request *q, const json_t *blocks,
			  int64_t now)
{
	char why[CONFIG_WHY_MAX];
	struct job_config config;
	enum status st;

	if (!job_config_read(&config, blocks, why)) {
		complain("job %s: %s", q->id, why);
		return GR_FAIL;
	}
	st = insert_row(db, q, blocks, config.start ? JOB_SCHEDULED : JOB_IN_PROGRESS, now);
	if (st == GR_OK)
		st = rollout_insert(db, q->id);
	if (st == GR_OK)
		st = add_targets(db, q->id, q->targets);
	if (st != GR_OK)
		return st;
	return config.start ? rollout_wake_at(db, q->id, config.start)
			    : open_rollout(db, q->id, q->continuous);
}

static enum status check_fresh(struct db *db, const char *id)
{
	int64_t found = 0;
	enum status st = db_number(&found, db, "SELECT 1 FROM job WHERE id = ?", "s", id);

	if (st == GR_OK)
		complain("job %s: exists already (ResourceAlreadyExists)", id);
	return st == GR_OK ? GR_NO : st == GR_NO ? GR_OK : st;
}

/* template zeroed: none. */
static enum status create(struct db *db, const struct job_request *q,
			  const struct job_template *template, int64_t now)
{
	struct job_request whole = *q;
	json_t *blocks = NULL;
	enum status st;

	if (!whole.document)
		whole.document = template->document ? template->document : JOB_ROTATE_DOCUMENT;
	if (!whole.description)
		whole.description = template->description;
	st = job_request_check_texts("job", q->id, whole.document, whole.description);
	if (st == GR_OK)
		st = check_fresh(db, q->id);
	if (st != GR_OK)
		return st;
	blocks = job_request_blocks(q, template->config);
	if (!blocks)
		return GR_FAIL;
	st = job_request_check_config(db, "job", q->id, blocks, now);
	if (st == GR_OK)
		st = insert(db, &whole, blocks, now);
	json_decref(blocks);
	return st;
}

enum status job_create(struct db *db, const struct job_request *q, int64_t now)
{
	struct job_template template = { 0 };
	enum status st = GR_OK;

	if (q->template)
		st = job_template_need(&template, db, q->template);
	if (st == GR_OK)
		st = create(db, q, &template, now);
	job_template_release(&template);
	return st;
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
		      "UPDATE job SET status = ?2, updated = ?3,"
		      " completed = CASE WHEN ?4 THEN ?3 ELSE completed END WHERE id = ?1",
		      "ssid", id, job_status_name(status), now, (int)ended);
}

enum status job_cancel(struct db *db, const char *id, const char *reason, const char *comment,
		       bool force, int64_t now)
{
	enum status st = db_run(db,
				"UPDATE job SET reason = coalesce(?2, reason),"
				" comment = coalesce(?3, comment), force_canceled = ?4"
				" WHERE id = ?1",
				"sssd", id, reason, comment, (int)force);

	return st == GR_OK ? job_set_status(db, id, JOB_CANCELED, now) : st;
}

enum status job_comment(char **comment, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db, "SELECT comment FROM job WHERE id = ? AND comment IS NOT NULL", "s", id);

	if (st == GR_OK && !(*comment = strdup(db_text(row, 0)))) {
		complain("job %s: out of memory", id);
		st = GR_FAIL;
	}
	db_done(row);
	return st;
}

enum status job_complete(struct db *db, const char *id, int64_t now)
{
	enum status st =
	    db_run(db,
		   "UPDATE job SET status = 'COMPLETED', updated = ?2, completed = ?2"
		   " WHERE id = ?1 AND status = 'IN_PROGRESS'"
		   " AND EXISTS (SELECT 1 FROM rollout WHERE job = ?1 AND done AND NOT joins)"
		   " AND NOT EXISTS (SELECT 1 FROM execution WHERE job = ?1"
		   "  AND status IN ('QUEUED', 'IN_PROGRESS'))",
		   "si", id, now);

	return st == GR_OK && db_changes(db) == 0 ? GR_NO : st;
}

enum status job_delete(struct db *db, const char *id)
{
	enum status st;

	st = db_run(db, "DELETE FROM job_target WHERE job = ?", "s", id);
	if (st == GR_OK)
		st = db_run(db, "DELETE FROM tally WHERE job = ?", "s", id);
	if (st == GR_OK)
		st = rollout_delete(db, id);
	return st == GR_OK ? db_run(db, "DELETE FROM job WHERE id = ?", "s", id) : st;
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
			    "UPDATE job SET description = coalesce(?2, description), config = ?3,"
			    " updated = ?4 WHERE id = ?1",
			    "sssi", job->id, description, text, now);
	else if (before)
		complain("job %s: out of memory", job->id);
	free(text);
	json_decref(merged);
	json_decref(before);
	return st;
}

enum status job_count_deletions(int64_t *count, struct db *db)
{
	return db_number(count, db,
			 "SELECT count(*) FROM job WHERE status = 'DELETION_IN_PROGRESS'", "");
}

enum status job_read_reason(struct job_reason *reason, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT reason, comment FROM job WHERE id = ?", "s",
				  id);

	if (st != GR_OK)
		return st;
	str_copy(reason->code, sizeof reason->code, db_text(row, 0));
	str_copy(reason->comment, sizeof reason->comment, db_text(row, 1));
	db_done(row);
	return GR_OK;
}

enum status job_targets(struct db *db, const char *id,
			enum status (*each)(void *arg, const char *target), void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT target FROM job_target WHERE job = ? ORDER BY target",
				  "s", id);

	while (st == GR_OK)
		st = db_each(db, &row, each(arg, db_text(row, 0)));
	return db_ended(st);
}
