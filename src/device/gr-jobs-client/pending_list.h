/* SPDX-License-Identifier: Apache-2.0 */
/* pending_list.h - the pending executions of our thing, in-progress ones first. */
#ifndef GR_JOBS_CLIENT_PENDING_LIST_H
#define GR_JOBS_CLIENT_PENDING_LIST_H

#include "gr-jobs-client/jobs.h"

/* AWS IoT lists at most this many, more only while a maintenance window is open. */
enum { LIST_FULL = 10 };

struct pending {
	char job[65];
	const char *status;	/* "IN_PROGRESS" or "QUEUED" */
	json_int_t number, queued_at;
};
struct pending_list {
	struct pending *entry;
	size_t count;
	bool cut; /* a rotation may wait that the service did not list */
};

/*
 * Asks for the list; status, *answer (json_decref it in any case) and stray as jobs_ask; also
 * GR_FAIL, one line: out of memory. list_release it in any case.
 */
enum status pending_list_read(struct pending_list *list, json_t **answer, struct jobs *jobs,
		      const struct request *stray);
void pending_list_release(struct pending_list *list);

#endif
