/* list.c - pending executions */
#include "list.h"
#include "str.h"

/* Entries of the wrong shape are left out. */
static void take_all(struct list *list, const json_t *summaries, const char *status)
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

		if (list->count < LIST_MAX && job && str_is_job(job) && p.number >= 1 && str_copy(p.job, sizeof p.job, job))
			list->entry[list->count++] = p;
	}
}

enum status list_read(struct list *list, json_t **answer, struct jobs *jobs, const struct request *stray)
{
	enum status st;

	list->count = 0;
	*answer = NULL;
	if ((st = jobs_ask(answer, jobs, NULL, "get", json_object(), stray)) != GR_OK)
		return st;
	take_all(list, json_object_get(*answer, "inProgressJobs"), "IN_PROGRESS");
	take_all(list, json_object_get(*answer, "queuedJobs"), "QUEUED");
	return GR_OK;
}
