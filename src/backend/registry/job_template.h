/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_template.h - what jobs have in common: document, description and configuration blocks under
 * a name.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO, GR_BAD and
 * GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_JOB_TEMPLATE_H
#define GR_REGISTRY_JOB_TEMPLATE_H

#include "registry/job.h"

struct job_template {
	char id[65];
	char description[JOB_DESCRIPTION_MAX + 1];
	char *document;
	json_t *config;
	int64_t created;
};
/*
 * id may be an ARN. GR_NO: there is none. End with template_release, which takes a zeroed struct.
 */
enum status template_need(struct job_template *t, struct db *db, const char *id);
void template_release(struct job_template *t);
/* Of q: id, document, description (needed), config, timeout_minutes. */
enum status template_create(struct db *db, const struct job_request *q, int64_t now);
enum status template_delete(struct db *db, const char *id);

#endif
