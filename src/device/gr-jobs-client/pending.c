/* SPDX-License-Identifier: Apache-2.0 */
/* pending.c - gr-jobs-client pending: the executions that wait for this thing */
#include "gr-jobs-client/pending_list.h"
#include "out.h"

#include <stdio.h>
#include <unistd.h>

static const struct arg_option options[] = { JOBS_OPTIONS, { 0 } };
static const struct arg_spec spec = {
	"gr-jobs-client pending", "[--json]",
	"List pending executions, in-progress ones first: status, job, execution number, time of "
	"queueing.", options
};

static enum status show(const struct pending_list *list, const json_t *answer, bool json)
{
	if (json)
		return jobs_print_json(answer);
	for (const struct pending *p = list->entry; p < list->entry + list->count; p++)
		printf("%s\t%s\t%" JSON_INTEGER_FORMAT "\t%" JSON_INTEGER_FORMAT "\n", p->status,
		       p->job, p->number, p->queued_at);
	return out_close();
}

static enum status list_pending(struct jobs *jobs)
{
	json_t *answer = NULL;
	struct pending_list list;
	enum status st = pending_list_read(&list, &answer, jobs, NULL);

	if (st == GR_OK)
		st = show(&list, answer, jobs->json);
	else if (st == GR_NO)
		st = jobs_rejected(answer, "pending", jobs->json);
	pending_list_release(&list);
	json_decref(answer);
	return st;
}

int command_pending(int argc, char *argv[])
{
	struct jobs jobs = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = jobs_option(&jobs, ch, optarg);
	if (st == GR_OK && optind != argc)
		arg_usage(&spec);
	if (st == GR_OK && (st = jobs_open(&jobs)) == GR_OK)
		st = list_pending(&jobs);
	jobs_close(&jobs);
	return st;
}
