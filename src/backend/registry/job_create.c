/* SPDX-License-Identifier: Apache-2.0 */
/* job_create.c - new jobs and their targets */
#include "complain.h"
#include "json.h"
#include "printable.h"
#include "registry/job_template.h"
#include "registry/rollout.h"
#include "registry/thing.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

/* AWS IoT Jobs uses these words where a job id would stand in a topic. */
static bool is_reserved(const char *id)
{
	static const char *const words[] = { "get", "start-next", "notify", "notify-next" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(id, words[i]) == 0)
			return true;
	return false;
}

static bool is_object(const char *text)
{
	json_t *object = text[0] && strlen(text) <= JOB_DOCUMENT_MAX
	    ? json_object_parse(text, strlen(text))
	    : NULL;

	json_decref(object);
	return object != NULL;
}

enum status job_check_texts(const char *what, const char *id, const char *document,
			    const char *description)
{
	if (!str_is_job(id) || is_reserved(id))
		complain("%s: not a %s id: 1 to 64 letters, digits, '_', '-'; not get, "
			 "start-next, notify, notify-next (InvalidRequest)",
			 id, what);
	else if (document && !is_object(document))
		complain("%s %s: the document is not a JSON object of at most %d bytes "
			 "(InvalidRequest)",
			 what, id, JOB_DOCUMENT_MAX);
	else if (strlen(description) > JOB_DESCRIPTION_MAX || !printable_is_text(description))
		complain("%s %s: the description is not UTF-8 without control characters, of at "
			 "most %d bytes (InvalidRequest)",
			 what, id, JOB_DESCRIPTION_MAX);
	else
		return GR_OK;
	return GR_BAD;
}

enum status job_check_config(struct db *db, const char *what, const char *id, const json_t *blocks,
			     int64_t now)
{
	char why[CONFIG_WHY_MAX];
	struct job_config config;
	struct settings limits;
	enum status st = settings_read(&limits, db);

	if (st != GR_OK)
		return st;
	if (job_config_read(&config, blocks, why) &&
	    job_config_check(&config, limits.ceiling, limits.minute_ms, now, why))
		return GR_OK;
	complain("%s %s: %s (InvalidRequest)", what, id, why);
	return GR_BAD;
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

	for (size_t i = 0; targets[i] && st == GR_OK; i++)
		if ((st = check_target(db, targets[i])) == GR_OK)
			st = db_run(db,
				    "INSERT INTO job_target (job, target) VALUES (?, ?) ON "
				    "CONFLICT DO NOTHING",
				    "ss", id, targets[i]);
	if (st != GR_OK ||
	    (st = db_number(&count, db, "SELECT count(*) FROM job_target WHERE job = ?", "s",
			    id)) != GR_OK)
		return st;
	if (count >= 1 && count <= JOB_TARGETS_MAX)
		return GR_OK;
	complain("job %s: %lld targets; 1 to %d are allowed (InvalidRequest)", id,
		 (long long)count, JOB_TARGETS_MAX);
	return GR_BAD;
}

/* Every target's things begin to wait; those of a continuous job are watched from here on. */
static enum status open_targets(int64_t *waiting, struct db *db, const char *id, bool continuous)
{
	char target[160];
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT target FROM job_target WHERE job = ? ORDER BY target",
				  "s", id);

	for (; st == GR_OK; st = db_next(db, &row)) {
		str_copy(target, sizeof target, db_text(row, 0));
		if ((st = rollout_await(waiting, db, id, target)) != GR_OK ||
		    (continuous &&
		     (st = db_run(
			  db,
			  "INSERT OR IGNORE INTO continuous_target (target, job) VALUES (?, ?)",
			  "ss", target, id)) != GR_OK))
			break;
	}
	db_done(row);
	return st == GR_NO ? GR_OK : st;
}

static enum status open_rollout(struct db *db, const char *id, bool continuous)
{
	struct rollout r;
	enum status st;

	if ((st = rollout_get(&r, db, id)) != GR_OK ||
	    (st = open_targets(&r.waiting, db, id, continuous)) != GR_OK)
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

	if ((st = add_targets(db, id, targets)) != GR_OK ||
	    (st = db_run(db, "UPDATE job SET updated = ? WHERE id = ?", "is", now, id)) != GR_OK)
		return st;
	return open_rollout(db, id, true);
}

static enum status insert(struct db *db, const struct job_request *q, const char *document,
			  const char *description, const json_t *blocks, int64_t now)
{
	char why[CONFIG_WHY_MAX], *text = json_compact(blocks);
	struct job_config config;
	enum status st = GR_FAIL;

	if (!text || !job_config_read(&config, blocks, why)) {
		complain("job %s: out of memory", q->id);
		goto out;
	}
	if ((st = db_run(db,
			 "INSERT INTO job (id, document, description, config, template, "
			 "continuous, status, created, updated)"
			 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
			 "sssssdsi", q->id, document, description, text, q->template,
			 (int)q->continuous,
			 job_status_name(config.start ? JOB_SCHEDULED : JOB_IN_PROGRESS), now)) !=
		GR_OK ||
	    (st = rollout_insert(db, q->id)) != GR_OK ||
	    (st = add_targets(db, q->id, q->targets)) != GR_OK)
		goto out;
	st = config.start ? rollout_wake_at(db, q->id, config.start)
			  : open_rollout(db, q->id, q->continuous);
out:
	free(text);
	return st;
}

static enum status check_fresh(struct db *db, const char *id)
{
	int64_t found = 0;
	enum status st = db_number(&found, db, "SELECT 1 FROM job WHERE id = ?", "s", id);

	if (st == GR_OK)
		complain("job %s: exists already (ResourceAlreadyExists)", id);
	return st == GR_OK ? GR_NO : st == GR_NO ? GR_OK : st;
}

json_t *job_request_blocks(const struct job_request *q, const json_t *under)
{
	json_t *blocks = job_config_merge(under, q->config);

	if (blocks && q->timeout_minutes)
		json_object_set_new(blocks, "timeoutConfig",
				    json_pack("{s:I}", "inProgressTimeoutInMinutes",
					      (json_int_t)q->timeout_minutes));
	if (!blocks)
		complain("job %s: out of memory", q->id);
	return blocks;
}

enum status job_create(struct db *db, const struct job_request *q, int64_t now)
{
	struct job_template t = { 0 };
	const char *document, *description;
	json_t *blocks = NULL;
	enum status st = GR_OK;

	if (q->template && (st = template_need(&t, db, q->template)) != GR_OK)
		return st;
	document = q->document ? q->document
	    : t.document       ? t.document
			       : "{\"operation\":\"" JOB_ROTATE "\"}";
	description = q->description ? q->description : t.description;
	if ((st = job_check_texts("job", q->id, document, description)) != GR_OK ||
	    (st = check_fresh(db, q->id)) != GR_OK)
		goto out;
	st = (blocks = job_request_blocks(q, t.config))
	    ? job_check_config(db, "job", q->id, blocks, now)
	    : GR_FAIL;
	if (st == GR_OK)
		st = insert(db, q, document, description, blocks, now);
out:
	json_decref(blocks);
	template_release(&t);
	return st;
}
