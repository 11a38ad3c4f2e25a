/* SPDX-License-Identifier: Apache-2.0 */
/* pending_list.c - pending executions */
#include "gr-jobs-client/pending_list.h"
#include "complain.h"
#include "str.h"

#include <stdlib.h>

/* Entries of the wrong shape are left out. */
static void take_all(struct pending_list *list, const json_t *summaries, const char *status)
{
	const json_t *summary;
	size_t i;

	json_array_foreach(summaries, i, summary) {
		struct pending p = {
			.status = status,
			.number = json_number(summary, "executionNumber", 1),
			.queued_at = json_number(summary, "queuedAt", 0)
		};
		const char *job = json_text(summary, "jobId");

		if (job && str_is_job(job) && p.number >= 1 && str_copy(p.job, sizeof p.job, job))
			list->entry[list->count++] = p;
	}
}

enum status pending_list_read(struct pending_list *list, json_t **answer, struct jobs *jobs,
		      const struct request *stray)
{
	const json_t *under_way, *queued;
	enum status st;

	*list = (struct pending_list){ 0 };
	*answer = NULL;
	if ((st = jobs_ask(answer, jobs, NULL, "get", json_object(), stray)) != GR_OK)
		return st;
	under_way = json_object_get(*answer, "inProgressJobs");
	queued = json_object_get(*answer, "queuedJobs");
	if (!(list->entry = calloc(json_array_size(under_way) + json_array_size(queued) + 1,
				   sizeof *list->entry))) {
		complain("pending: out of memory");
		return GR_FAIL;
	}
	take_all(list, under_way, "IN_PROGRESS");
	take_all(list, queued, "QUEUED");
	list->cut = list->count >= LIST_FULL &&
	    !json_is_true(json_object_get(json_object_get(*answer, "certificateRotator"),
					  "rotationsListed"));
	return GR_OK;
}

void pending_list_release(struct pending_list *list)
{
	free(list->entry);
	*list = (struct pending_list){ 0 };
}
