/* job.c - jobs */
#include "registry/job.h"
#include "complain.h"
#include "json.h"
#include "registry/thing.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MAX = 32768, TARGETS_MAX = 100 };	/* AWS IoT quotas */

enum status job_get(struct job *job, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT id, status, description, document, coalesce(timeout_minutes, 0), created, updated,"
				  " coalesce(completed, 0), force_canceled FROM job WHERE id = ?", "s", id);

	if (st != GR_OK)
		return st;
	*job = (struct job){
		.document = strdup(db_text(row, 3)), .timeout_minutes = db_int(row, 4), .created = db_int(row, 5),
		.updated = db_int(row, 6), .completed = db_int(row, 7), .force_canceled = db_int(row, 8) != 0
	};
	str_copy(job->id, sizeof job->id, db_text(row, 0));
	str_copy(job->status, sizeof job->status, db_text(row, 1));
	str_copy(job->description, sizeof job->description, db_text(row, 2));
	db_done(row);
	if (job->document)
		return GR_OK;
	complain("job %s: out of memory", id);
	return GR_FAIL;
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

/* AWS IoT Jobs uses these words where a job id would stand in a topic. */
static bool is_reserved(const char *id)
{
	static const char *const words[] = { "get", "start-next", "notify", "notify-next" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(id, words[i]) == 0)
			return true;
	return false;
}

static enum status check(const struct job_request *q)
{
	json_t *document = q->document[0] ? json_object_parse(q->document, strlen(q->document)) : NULL;
	json_t *description = json_string(q->description);
	size_t targets = 0;

	json_decref(document);
	json_decref(description);
	while (q->targets[targets])
		targets++;
	if (!str_is_job(q->id) || is_reserved(q->id))
		complain("%s: not a job id (1 to 64 letters, digits, '_', '-'; not get, start-next, notify, notify-next)", q->id);
	else if (!document || strlen(q->document) > DOCUMENT_MAX)
		complain("job %s: the document is not a JSON object of at most %d bytes", q->id, DOCUMENT_MAX);
	else if (!description || strlen(q->description) > 2028)
		complain("job %s: the description is not UTF-8 of at most 2028 bytes", q->id);
	else if (q->timeout_minutes > 10080)
		complain("job %s: the time-out is more than 10080 minutes", q->id);
	else if (targets == 0 || targets > TARGETS_MAX)
		complain("job %s: %zu targets; 1 to %d are allowed", q->id, targets, TARGETS_MAX);
	else
		return GR_OK;
	return GR_BAD;
}

static enum status add_target(struct db *db, const char *job, const char *target)
{
	enum status st;

	if (strncmp(target, "thing/", 6) == 0)
		st = thing_need(db, target + 6);
	else if (strncmp(target, "thinggroup/", 11) == 0)
		st = group_need(db, target + 11);
	else {
		complain("%s: not a target; thing/NAME or thinggroup/NAME", target);
		return GR_BAD;
	}
	return st == GR_OK ? db_run(db, "INSERT INTO job_target (job, target) VALUES (?, ?) ON CONFLICT DO NOTHING", "ss", job, target) : st;
}

enum status job_create(struct db *db, const struct job_request *q, int64_t now)
{
	int64_t found = 0;
	enum status st;

	if ((st = check(q)) != GR_OK)
		return st;
	if ((st = db_number(&found, db, "SELECT 1 FROM job WHERE id = ?", "s", q->id)) == GR_OK) {
		complain("job %s: exists already (ResourceAlreadyExists)", q->id);
		return GR_NO;
	}
	if (st != GR_NO)
		return st;
	st = db_run(db, "INSERT INTO job (id, document, description, status, timeout_minutes, created, updated)"
		    " VALUES (?1, ?2, ?3, 'IN_PROGRESS', nullif(?4, 0), ?5, ?5)", "sssii", q->id, q->document, q->description,
		    (int64_t)q->timeout_minutes, now);
	for (size_t i = 0; q->targets[i] && st == GR_OK; i++)
		st = add_target(db, q->id, q->targets[i]);
	return st;
}

enum status job_next_thing(char thing[static 129], struct db *db, const char *job, const char *after)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
		"SELECT min(name) FROM ("
		" SELECT substr(target, 7) AS name FROM job_target WHERE job = ?1 AND target LIKE 'thing/%' AND substr(target, 7) > ?2"
		" UNION ALL SELECT (SELECT min(thing) FROM member WHERE thing_group = substr(target, 12) AND thing > ?2)"
		"  FROM job_target WHERE job = ?1 AND target LIKE 'thinggroup/%')", "ss", job, after);

	if (st == GR_OK && db_is_null(row, 0))
		st = GR_NO;
	if (st == GR_OK)
		str_copy(thing, 129, db_text(row, 0));
	db_done(row);
	return st;
}

enum status job_set_status(struct db *db, const char *id, const char *status, int64_t now)
{
	return db_run(db, "UPDATE job SET status = ?2, updated = ?3, completed = CASE ?2 WHEN 'IN_PROGRESS' THEN NULL ELSE ?3 END WHERE id = ?1",
		      "ssi", id, status, now);
}

enum status job_rolled_out(struct db *db, const char *id, int64_t now)
{
	enum status st = db_run(db, "UPDATE job SET rolled_out = 1 WHERE id = ?", "s", id);

	return st == GR_OK ? job_complete(db, id, now) : st;
}

enum status job_complete(struct db *db, const char *id, int64_t now)
{
	int64_t waiting = 0;
	enum status st = db_number(&waiting, db, "SELECT EXISTS (SELECT 1 FROM execution WHERE job = ? AND status IN ('QUEUED', 'IN_PROGRESS'))", "s", id);

	if (st != GR_OK || waiting)
		return st;
	return db_run(db, "UPDATE job SET status = 'COMPLETED', updated = ?2, completed = ?2 WHERE id = ?1 AND status = 'IN_PROGRESS' AND rolled_out", "si", id, now);
}
