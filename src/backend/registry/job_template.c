/* SPDX-License-Identifier: Apache-2.0 */
/* job_template.c - job templates */
#include "registry/job_template.h"
#include "complain.h"
#include "json.h"
#include "registry/arn.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

/* The name at the end of an ARN, or the name that it is already. */
static const char *name_of(const char *id)
{
	const char *slash = strncmp(id, "arn:", 4) == 0 ? strrchr(id, '/') : NULL;

	return slash ? slash + 1 : id;
}

enum status job_template_need(struct job_template *t, struct db *db, const char *id)
{
	sqlite3_stmt *row;
	enum status st = db_query(
	    &row, db,
	    "SELECT id, description, document, config, created FROM job_template WHERE id = ?",
	    "s", name_of(id));

	if (st == GR_NO)
		complain("%s: no such job template (ResourceNotFound)", id);
	if (st != GR_OK)
		return st;
	*t = (struct job_template){
		.document = strdup(db_text(row, 2)),
		.config = json_object_parse(db_text(row, 3), strlen(db_text(row, 3))),
		.created = db_int(row, 4)
	};
	str_copy(t->id, sizeof t->id, db_text(row, 0));
	str_copy(t->description, sizeof t->description, db_text(row, 1));
	db_done(row);
	if (t->document && t->config)
		return GR_OK;
	complain("%s: the job template cannot be read", id);
	job_template_release(t);
	return GR_FAIL;
}

void job_template_release(struct job_template *t)
{
	free(t->document);
	json_decref(t->config);
	*t = (struct job_template){ 0 };
}

static enum status insert(struct db *db, const struct job_request *q, const json_t *blocks,
			  int64_t now)
{
	const char *document = q->document ? q->document : JOB_ROTATE_DOCUMENT;
	char *text = json_compact(blocks);
	enum status st;

	if (!text) {
		complain("job template %s: out of memory", q->id);
		return GR_FAIL;
	}
	st = db_run(db,
		    "INSERT INTO job_template (id, document, description, config, created)"
		    " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		    "ssssi", q->id, document, q->description, text, now);
	free(text);
	if (st != GR_OK || db_changes(db) == 1)
		return st;
	complain("job template %s: exists already (ResourceAlreadyExists)", q->id);
	return GR_NO;
}

enum status job_template_create(struct db *db, const struct job_request *q, int64_t now)
{
	json_t *blocks;
	enum status st;

	if (!q->description || q->description[0] == '\0') {
		complain("job template %s: needs a description (InvalidRequest)", q->id);
		return GR_BAD;
	}
	st = job_request_check_texts("job template", q->id, q->document, q->description);
	if (st != GR_OK)
		return st;
	blocks = job_request_blocks(q, NULL);
	if (!blocks)
		return GR_FAIL;
	if (json_object_get(blocks, "schedulingConfig")) {
		complain("job template %s: schedulingConfig belongs to a job, not to a template "
			 "(InvalidRequest)",
			 q->id);
		st = GR_BAD;
	} else {
		st = job_request_check_config(db, "job template", q->id, blocks, now);
	}
	if (st == GR_OK)
		st = insert(db, q, blocks, now);
	json_decref(blocks);
	return st;
}

enum status job_template_delete(struct db *db, const char *id)
{
	enum status st = db_run(db, "DELETE FROM job_template WHERE id = ?", "s", name_of(id));

	if (st != GR_OK || db_changes(db) == 1)
		return st;
	complain("%s: no such job template (ResourceNotFound)", id);
	return GR_NO;
}

enum status job_template_list(struct db *db,
			      enum status (*each)(void *arg, const struct job_template_row *row),
			      void *arg)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db,
				  "SELECT id, description, created FROM job_template ORDER BY id",
				  "");

	while (st == GR_OK) {
		const struct job_template_row template = { db_text(row, 0), db_text(row, 1),
							   db_int(row, 2) };

		st = db_each(db, &row, each(arg, &template));
	}
	return db_ended(st);
}

enum status job_template_of_rotations(const char **id, struct db *db)
{
	int64_t found;
	enum status st = db_number(&found, db, "SELECT 1 FROM job_template WHERE id = ?", "s",
				   JOB_TEMPLATE_ROTATION);

	*id = st == GR_OK ? JOB_TEMPLATE_ROTATION : NULL;
	return st == GR_NO ? GR_OK : st;
}
