/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_list.h - jobs as an operator lists them. On GR_FAIL one line has been written; a status of
 * each other than GR_OK ends the list and is returned.
 */
#ifndef GR_REGISTRY_JOB_LIST_H
#define GR_REGISTRY_JOB_LIST_H

#include "registry/db.h"

struct job_row {
	const char *id, *status;
	int64_t created, updated;	/* ms */
	int64_t executions, waiting;	/* waiting: things that have no execution yet */
	bool continuous;
};
struct job_query {
	const char *status;	/* "": any */
	int64_t skip, limit;	/* limit -1: all */
};
/* Calls each for the jobs in order of creation, without the first `skip`. */
enum status job_list(struct db *db, const struct job_query *query,
		     enum status (*each)(void *arg, const struct job_row *row), void *arg);
/* Does the same for jobs that are SCHEDULED or IN_PROGRESS, the newest first; executions is 0. */
enum status job_list_open(struct db *db, int limit,
			  enum status (*each)(void *arg, const struct job_row *row), void *arg);

#endif
