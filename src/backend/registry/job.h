/*
 * job.h - jobs: made for things and groups (SNAPSHOT), cancelled, completed.
 *
 * Functions that change something run inside the caller's transaction. On GR_NO, GR_BAD and GR_FAIL
 * one line has been written unless said otherwise.
 */
#ifndef GR_JOB_H
#define GR_JOB_H

#include "registry/db.h"

#define JOB_ROTATE "ROTATE_CERTIFICATE"	/* jobDocument.operation of ours */

struct job {
	char id[65];
	char status[16];	/* IN_PROGRESS, CANCELED, COMPLETED */
	char description[2029];
	char *document;		/* as it was given, byte for byte */
	int64_t timeout_minutes;	/* 0: no timer */
	int64_t created, updated, completed;
	bool force_canceled;
};
struct job_request {
	const char *id, *document, *description;
	uint32_t timeout_minutes;	/* inProgressTimeoutInMinutes, 1 to 10080; 0: none */
	const char *const *targets;	/* "thing/T" or "thinggroup/G", ended by NULL */
};

/* GR_NO, silent: no such job. End with job_release. */
enum status job_get(struct job *job, struct db *db, const char *id);
void job_release(struct job *job);
/* True when the document is a JSON object whose operation is JOB_ROTATE. */
bool job_is_rotation(const struct job *job);

/* Records the job and its targets; executions are made by jobs_queue. */
enum status job_create(struct db *db, const struct job_request *q, int64_t now);
/* Things of all targets, each once, in order of name, one a call: the first after `after`. GR_NO, silent: no more. */
enum status job_next_thing(char thing[static 129], struct db *db, const char *job, const char *after);
enum status job_set_status(struct db *db, const char *id, const char *status, int64_t now);
/* Every thing of the targets has its execution now; only then can the job become COMPLETED. */
enum status job_rolled_out(struct db *db, const char *id, int64_t now);
/* IN_PROGRESS jobs whose executions have all ended become COMPLETED. */
enum status job_complete(struct db *db, const char *id, int64_t now);

#endif
