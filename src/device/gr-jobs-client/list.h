/* list.h - the pending executions of our thing, in-progress ones first. */
#ifndef GR_LIST_H
#define GR_LIST_H

#include "jobs.h"

enum { LIST_MAX = 64 };	/* AWS IoT sends at most 15 */

struct pending {
	char job[65];
	const char *status;	/* "IN_PROGRESS" or "QUEUED" */
	json_int_t number, queued_at;
};
struct list {
	struct pending entry[LIST_MAX];
	size_t count;
};

/* Asks for the list; status, *answer (json_decref it in any case) and stray as jobs_ask. */
enum status list_read(struct list *list, json_t **answer, struct jobs *jobs, const struct request *stray);

#endif
