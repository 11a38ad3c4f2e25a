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
/* Finds the status of that name. JOB_STATUS_COUNT: there is none. */
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
/* Does the same, with a line on GR_NO. */
enum status job_need(struct job *job, struct db *db, const char *id);
void job_release(struct job *job);
/* Tells whether the document is a JSON object whose operation is JOB_ROTATE. */
bool job_is_rotation(const struct job *job);

/*
 * Records the job and its targets. The daemon makes its executions, at the job's rate, from the
 * next time on that it looks at its jobs; a job for a single thing need not wait any longer.
 */
enum status job_create(struct db *db, const struct job_request *q, int64_t now);
/*
 * Records that no thing waits for its execution any more, for a caller that made the executions
 * itself.
 */
enum status job_rolled_out(struct db *db, const char *id, int64_t now);
/* Begins a job that was SCHEDULED: the things that its targets have now become its things. */
enum status job_begin(struct db *db, const struct job *job, int64_t now);
/* Adds targets to a continuous job; their things wait for their executions. */
enum status job_add_targets(struct db *db, const char *id, const char *const *targets,
			    int64_t now);
enum status job_set_status(struct db *db, const char *id, enum job_status status, int64_t now);
/* Makes the job CANCELED. reason or comment NULL: it stays as it was. */
enum status job_cancel(struct db *db, const char *id, const char *reason, const char *comment,
		       bool force, int64_t now);
/* Gives the comment with which it was canceled; free it. GR_NO, silent: no comment. */
enum status job_comment(char **comment, struct db *db, const char *id);
/*
 * Makes the job COMPLETED if it is over. GR_NO, silent: it is not over, or was COMPLETED before,
 * or never ends.
 */
enum status job_complete(struct db *db, const char *id, int64_t now);
/* Deletes the job's row and its targets; its executions must have been deleted. */
enum status job_delete(struct db *db, const char *id);

/* Replaces a job's description and blocks, those that are not NULL. */
enum status job_update(struct db *db, const struct job *job, const char *description,
		       const json_t *config, int64_t now);
/* Gives the job's configuration blocks as they are kept. NULL, one line: they cannot be read. */
json_t *job_blocks(struct db *db, const char *id);

/* Counts the jobs that are being deleted. */
enum status job_count_deletions(int64_t *count, struct db *db);
/* Why a job was canceled; "" where no reason was given. */
struct job_reason {
	char code[129], comment[JOB_DESCRIPTION_MAX + 1];
};
enum status job_read_reason(struct job_reason *reason, struct db *db, const char *id);
/*
 * Calls each for the targets of a job, in order of name. A status of each other than GR_OK ends
 * the list and is returned.
 */
enum status job_targets(struct db *db, const char *id,
			enum status (*each)(void *arg, const char *target), void *arg);

#endif
