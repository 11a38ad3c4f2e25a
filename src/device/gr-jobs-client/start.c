/* SPDX-License-Identifier: Apache-2.0 */
/* start.c - gr-jobs-client start: take the execution at the front and make it IN_PROGRESS */
#include "gr-jobs-client/execution_query.h"
#include "gr-jobs-client/details.h"

#include <unistd.h>

static const struct arg_option options[] = {
	{ 'd', "detail", "KEY=VALUE", "one of the execution's statusDetails" },
	JOBS_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs-client start", "[--json] [-d KEY=VALUE]...",
	"Start the first pending execution, or print the one that is IN_PROGRESS.", options
};

static enum status start(struct jobs *jobs, json_t *body)
{
	struct execution execution;
	json_t *answer = NULL;
	enum status st = jobs_ask(&answer, jobs, NULL, "start-next", body, NULL);

	if (st == GR_NO)
		st = jobs_rejected(answer, "start-next", jobs->json);
	else if (st == GR_OK &&
		 (st = execution_query_answer(&execution, answer, jobs, "$next")) == GR_OK)
		st = execution_query_print(&execution, answer, jobs);
	json_decref(answer);
	return st == GR_BAD ? GR_FAIL : st;
}

int command_start(int argc, char *argv[])
{
	struct jobs jobs = { 0 };
	json_t *details = NULL;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = ch == 'd' ? details_add(&details, optarg) : jobs_option(&jobs, ch, optarg);
	if (st == GR_OK && optind != argc)
		arg_usage(&spec);
	if (st == GR_OK && (st = jobs_open(&jobs)) == GR_OK)
		st = start(&jobs,
			   details ? json_pack("{s:O}", "statusDetails", details) : json_object());
	json_decref(details);
	jobs_close(&jobs);
	return st;
}
