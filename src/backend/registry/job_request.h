/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_request.h - what is asked for when a job or a job template is made or changed, and what AWS
 * IoT demands of it. A refusal ends with the name that AWS IoT has for it.
 */
#ifndef GR_REGISTRY_JOB_REQUEST_H
#define GR_REGISTRY_JOB_REQUEST_H

#include <jansson.h>

#include "registry/db.h"

#define JOB_ROTATE "ROTATE_CERTIFICATE"	/* operation of the document of a rotation */
#define JOB_ROTATE_DOCUMENT "{\"operation\":\"" JOB_ROTATE "\"}"

/* AWS IoT */
enum { JOB_DOCUMENT_MAX = 32768, JOB_DESCRIPTION_MAX = 2028 };

struct job_request {
	const char *id;
	/* NULL: the template's; without one a rotation, and "" */
	const char *document, *description;
	/* inProgressTimeoutInMinutes, 1 to 10080; 0: as config says */
	uint32_t timeout_minutes;
	const char *const *targets;		/* "thing/T" or "thinggroup/G", ended by NULL */
	/* blocks of job_config.h, or NULL; they go before the template's */
	const json_t *config;
	const char *template;			/* or NULL */
	bool continuous;
};

/*
 * Checks what CreateJob, UpdateJob and CreateJobTemplate ask of an id, a document and a
 * description; document NULL is left out. what is "job" or "job template". GR_BAD, one line.
 */
enum status job_request_check_texts(const char *what, const char *id, const char *document,
				    const char *description);
/* Checks the configuration blocks the same way. GR_FAIL, one line: the registry failed. */
enum status job_request_check_config(struct db *db, const char *what, const char *id,
				     const json_t *config, int64_t now);
/*
 * Merges the request's blocks, its time-out among them, with those of a template (under, or NULL);
 * the request's count. NULL, one line: out of memory.
 */
json_t *job_request_blocks(const struct job_request *q, const json_t *under);

#endif
