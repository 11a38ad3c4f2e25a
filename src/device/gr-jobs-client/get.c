/* SPDX-License-Identifier: Apache-2.0 */
/* get.c - gr-jobs-client get: one execution by its job */
#include "complain.h"
#include "gr-jobs-client/execution_query.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = { JOBS_OPTIONS, { 0 } };
static const struct arg_spec spec = {
	"gr-jobs-client get", "[--json] JOB",
	"Print this thing's execution of JOB; '$next' is its first pending one.", options
};

static enum status get(struct jobs *jobs, const char *job)
{
	struct execution execution;
	json_t *answer = NULL;
	enum status st = execution_query(&execution, &answer, jobs, job, NULL);

	if (st == GR_OK)
		st = execution_query_print(&execution, answer, jobs);
	else if (st == GR_NO && answer)
		st = jobs_rejected(answer, job, jobs->json);
	json_decref(answer);
	return st == GR_BAD ? GR_FAIL : st;
}

int command_get(int argc, char *argv[])
{
	struct jobs jobs = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = jobs_option(&jobs, ch, optarg);
	if (st == GR_OK && argc - optind != 1)
		arg_usage(&spec);
	if (st == GR_OK && strcmp(argv[optind], "$next") != 0 && !str_is_job(argv[optind])) {
		complain("%s: not a job id", argv[optind]);
		st = GR_BAD;
	}
	if (st == GR_OK && (st = jobs_open(&jobs)) == GR_OK)
		st = get(&jobs, argv[optind]);
	jobs_close(&jobs);
	return st;
}
