/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_template.h - templates of jobs: document, description and configuration blocks under a name.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO, GR_BAD and
 * GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_JOB_TEMPLATE_H
#define GR_REGISTRY_JOB_TEMPLATE_H

#include "registry/job_request.h"

struct job_template {
	char id[65];
	char description[JOB_DESCRIPTION_MAX + 1];
	char *document;
	json_t *config;
	int64_t created;
};
/*
 * Reads a template; end with job_template_release, which takes a zeroed struct. id may be an ARN.
 * GR_NO: there is none.
 */
enum status job_template_need(struct job_template *t, struct db *db, const char *id);
void job_template_release(struct job_template *t);
/* Records what q says of id, document, description (needed), config and timeout_minutes. */
enum status job_template_create(struct db *db, const struct job_request *q, int64_t now);
/*
 * Sets *id to the template that an operator's rotation without one follows, JOB_TEMPLATE_ROTATION,
 * or to NULL if there is none of that name.
 */
#define JOB_TEMPLATE_ROTATION "certificate-rotation"
enum status job_template_of_rotations(const char **id, struct db *db);
enum status job_template_delete(struct db *db, const char *id);

struct job_template_row {
	const char *id, *description;
	int64_t created;	/* ms */
};
/*
 * Calls each for all templates in order of id. A status of each other than GR_OK ends the list and
 * is returned.
 */
enum status job_template_list(struct db *db,
			      enum status (*each)(void *arg, const struct job_template_row *row),
			      void *arg);

#endif
