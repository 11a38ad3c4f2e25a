/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - jobs: what is to be done, for whom, and how.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO, GR_BAD and
 * GR_FAIL one line has been written unless said otherwise; a refusal ends with the name that AWS
 * IoT has for it.
 */
#ifndef GR_REGISTRY_JOB_H
#define GR_REGISTRY_JOB_H

#include "registry/job_config.h"
#include "registry/job_request.h"

enum { JOB_TARGETS_MAX = 100, JOB_DELETIONS_MAX = 10 };	/* AWS IoT */

enum job_status {
	JOB_SCHEDULED,
	JOB_IN_PROGRESS,
	JOB_CANCELED,
	JOB_COMPLETED,
	JOB_DELETION_IN_PROGRESS,
	JOB_STATUS_COUNT
};
const char *job_status_name(enum job_status status);
/* JOB_STATUS_COUNT: none is called so. */
enum job_status job_status_find(const char *name);

struct job {
	char id[65];
	enum job_status status;
	char description[JOB_DESCRIPTION_MAX + 1];
	char *document;		/* as it was given, byte for byte */
	char template[65];	/* "" when made without */
	bool continuous, force_canceled;
	struct job_config config;
	int64_t created, updated, completed;
};

/* Reads a job; end with job_release. GR_NO, silent: no such job. */
enum status job_get(struct job *job, struct db *db, const char *id);
/* The same with a line. */
enum status job_need(struct job *job, struct db *db, const char *id);
void job_release(struct job *job);
/* True when the document is a JSON object whose operation is JOB_ROTATE. */
bool job_is_rotation(const struct job *job);

/*
 * Records the job and its targets. Its executions are made by the daemon, at the job's pace, once
 * it has looked at it; a job for a single thing is as good as queued.
 */
enum status job_create(struct db *db, const struct job_request *q, int64_t now);
/* For a caller that made the executions itself: nobody waits any more. */
enum status job_rolled_out(struct db *db, const char *id, int64_t now);
/* A job that was SCHEDULED begins: the things that its targets have now are its things. */
enum status job_begin(struct db *db, const struct job *job, int64_t now);
/* More targets for a continuous job; they wait for their turn. */
enum status job_add_targets(struct db *db, const char *id, const char *const *targets,
			    int64_t now);
enum status job_set_status(struct db *db, const char *id, enum job_status status, int64_t now);
/* Makes it CANCELED. reason and comment NULL: as they were. */
enum status job_cancel(struct db *db, const char *id, const char *reason, const char *comment,
		       bool force, int64_t now);
/* Why it was canceled, in the operator's words; free it. GR_NO, silent: no comment. */
enum status job_comment(char **comment, struct db *db, const char *id);
/*
 * GR_OK: the job is COMPLETED now. GR_NO, silent: it is not over, or was before, or is never over.
 */
enum status job_complete(struct db *db, const char *id, int64_t now);
/* The job's row and its targets; its executions must be gone. */
enum status job_delete(struct db *db, const char *id);

/* Replaces a job's description and blocks, those that are not NULL. */
enum status job_update(struct db *db, const struct job *job, const char *description,
		       const json_t *config, int64_t now);
/* The blocks as they are kept. NULL: one line. */
json_t *job_blocks(struct db *db, const char *id);

/* How many jobs are being deleted. */
enum status job_count_deletions(int64_t *count, struct db *db);
/* Why it was cancelled; "" where nothing was said. */
struct job_reason {
	char code[129], comment[JOB_DESCRIPTION_MAX + 1];
};
enum status job_read_reason(struct job_reason *reason, struct db *db, const char *id);
/*
 * Calls each for the targets of a job, in order of name. What each gives but GR_OK ends the list
 * and is given back.
 */
enum status job_targets(struct db *db, const char *id,
			enum status (*each)(void *arg, const char *target), void *arg);

#endif
