/* SPDX-License-Identifier: Apache-2.0 */
/* update.c - gr-jobs-client update: report how an execution fares */
#include "complain.h"
#include "gr-jobs-client/details.h"
#include "gr-jobs-client/execution.h"
#include "gr-jobs-client/jobs.h"
#include "out.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OPT_VERSION = 300, OPT_EXECUTION };

static const struct arg_option options[] = {
	{ 'd', "detail", "KEY=VALUE",
	  "one of the execution's statusDetails, which are replaced as a whole" },
	{ OPT_VERSION, "expected-version", "N", "refuse unless this is the version" },
	{ OPT_EXECUTION, "execution", "N", "refuse unless this is the execution's number" },
	JOBS_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs-client update", "[-d KEY=VALUE]... [--execution N] JOB STATUS",
	"Report IN_PROGRESS, SUCCEEDED, FAILED or REJECTED.", options
};

struct report {
	struct jobs jobs;
	json_t *details;
	uint32_t version, execution;	/* 0: not given */
	const char *job, *status;
};

static enum status read_option(struct report *report, int ch, const char *value)
{
	switch (ch) {
	case 'd':
		return details_add(&report->details, value);
	case OPT_VERSION:
		return arg_u32(&report->version, "--expected-version", value);
	case OPT_EXECUTION:
		return arg_u32(&report->execution, "--execution", value);
	default:
		return jobs_option(&report->jobs, ch, value);
	}
}

static enum status read_operands(struct report *report, int argc, char *argv[])
{
	static const char *const allowed[] = { "IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED" };

	if (argc - optind != 2)
		arg_usage(&spec);
	report->job = argv[optind];
	report->status = argv[optind + 1];
	if (!str_is_job(report->job)) {
		complain("%s: not a job id", report->job);
		return GR_BAD;
	}
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if (strcmp(report->status, allowed[i]) == 0)
			return GR_OK;
	complain("%s: a device can report IN_PROGRESS, SUCCEEDED, FAILED and REJECTED",
		 report->status);
	return GR_BAD;
}

static json_t *make_body(const struct report *report)
{
	json_t *body = json_pack("{s:s, s:b}", "status", report->status,
				 "includeJobExecutionState", 1);

	if (body && report->details)
		json_object_set(body, "statusDetails", report->details);
	if (body && report->version)
		json_object_set_new(body, "expectedVersion", json_integer(report->version));
	if (body && report->execution)
		json_object_set_new(body, "executionNumber", json_integer(report->execution));
	return body;
}

/* The answer names no job: it is known by its topic and token. */
static enum status print(const struct report *report, const json_t *answer)
{
	const json_t *state = json_object_get(answer, "executionState");

	if (report->jobs.json)
		return jobs_print_json(answer);
	printf("jobId=%s\nstatus=%s\n", report->job, execution_status(json_text(state, "status")));
	printf("versionNumber=%" JSON_INTEGER_FORMAT "\n", json_number(state, "versionNumber", 0));
	printf("timestamp=%" JSON_INTEGER_FORMAT "\n", json_number(answer, "timestamp", 0));
	printf("survivor=%s\n", execution_survivor(json_object_get(state, "statusDetails")));
	return out_close();
}

static enum status update(struct report *report)
{
	json_t *answer = NULL;
	enum status st = jobs_ask(&answer, &report->jobs, report->job, "update", make_body(report),
				  NULL);

	if (st == GR_OK)
		st = print(report, answer);
	else if (st == GR_NO)
		st = jobs_rejected(answer, report->job, report->jobs.json);
	json_decref(answer);
	return st;
}

int command_update(int argc, char *argv[])
{
	struct report report = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = read_option(&report, ch, optarg);
	if (st == GR_OK && (st = read_operands(&report, argc, argv)) == GR_OK &&
	    (st = jobs_open(&report.jobs)) == GR_OK)
		st = update(&report);
	json_decref(report.details);
	jobs_close(&report.jobs);
	return st;
}
