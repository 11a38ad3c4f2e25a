/* SPDX-License-Identifier: Apache-2.0 */
/* describe.c - describe, document */
#include "base/utc.h"
#include "gr-jobs/commands.h"
#include "printable.h"
#include "registry/arn.h"
#include "registry/command.h"
#include "registry/counters.h"
#include "registry/job.h"
#include "registry/rollout.h"

#include <stdio.h>
#include <string.h>

/* The field names of DescribeJob's jobProcessDetails. */
static const char *const fields[] = {
	[EXECUTION_QUEUED] = "numberOfQueuedThings",
	[EXECUTION_IN_PROGRESS] = "numberOfInProgressThings",
	[EXECUTION_SUCCEEDED] = "numberOfSucceededThings",
	[EXECUTION_FAILED] = "numberOfFailedThings",
	[EXECUTION_TIMED_OUT] = "numberOfTimedOutThings",
	[EXECUTION_REJECTED] = "numberOfRejectedThings",
	[EXECUTION_REMOVED] = "numberOfRemovedThings",
	[EXECUTION_CANCELED] = "numberOfCanceledThings"
};

/* All there is to tell. */
struct account {
	struct job job;
	struct rollout rollout;
	struct counters counters;
	json_t *blocks, *targets;
	struct job_reason reason;
};

static void account_release(struct account *a)
{
	job_release(&a->job);
	json_decref(a->blocks);
	json_decref(a->targets);
}

static enum status add_target(void *arg, const char *target)
{
	json_array_append_new(arg, json_sprintf(ARN_PREFIX "%s", target));
	return GR_OK;
}

static enum status read_account(struct account *a, struct db *db, const char *id)
{
	enum status st = job_need(&a->job, db, id);

	if (st != GR_OK)
		return st;
	st = rollout_get(&a->rollout, db, id);
	if (st != GR_FAIL)
		st = counters_read(&a->counters, db, id);
	if (st != GR_OK)
		return st;
	a->targets = json_array();
	st = job_targets(db, id, add_target, a->targets);
	if (st == GR_OK)
		st = job_read_reason(&a->reason, db, id);
	if (st != GR_OK)
		return st;
	a->blocks = job_blocks(db, id);
	return a->blocks ? GR_OK : GR_FAIL;
}

static bool is_rolling(const struct account *a)
{
	return a->job.status == JOB_IN_PROGRESS && !a->rollout.done;
}

static json_t *process_details(const struct account *a)
{
	json_t *o = json_object();

	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		json_object_set_new(o, fields[s], json_integer(a->counters.count[s]));
	json_object_set(o, "processingTargets", is_rolling(a) ? a->targets : json_null());
	return o;
}

static json_t *account_json(const struct account *a)
{
	const struct job *job = &a->job;
	json_t *o = json_pack("{s:s+, s:s, s:s, s:s, s:O, s:s, s:I, s:I, s:b, s:b, s:s, s:o, s:I}",
			      "jobArn", ARN_PREFIX "job/", job->id, "jobId", job->id,
			      "targetSelection", job->continuous ? "CONTINUOUS" : "SNAPSHOT",
			      "status", job_status_name(job->status), "targets", a->targets,
			      "description", job->description, "createdAt",
			      (json_int_t)(job->created / 1000), "lastUpdatedAt",
			      (json_int_t)(job->updated / 1000), "forceCanceled",
			      (int)job->force_canceled, "isConcurrent",
			      (int)(is_rolling(a) || a->rollout.recall != RECALL_NOTHING),
			      "document", job->document, "jobProcessDetails", process_details(a),
			      "waiting", (json_int_t)a->rollout.waiting);

	if (!o)
		return NULL;
	json_object_update(o, a->blocks);
	if (job->completed)
		json_object_set_new(o, "completedAt", json_integer(job->completed / 1000));
	if (job->template[0])
		json_object_set_new(o, "jobTemplateArn",
				    json_sprintf(ARN_PREFIX "jobtemplate/%s", job->template));
	if (a->reason.code[0])
		json_object_set_new(o, "reasonCode", json_string(a->reason.code));
	if (a->reason.comment[0])
		json_object_set_new(o, "comment", json_string(a->reason.comment));
	return o;
}

static void print_member(const char *name, const char *text, const char *keep)
{
	if (text[0] == '\0')
		return;
	printf("%s: ", name);
	printable_write(stdout, text, keep);
	putchar('\n');
}

static void print_targets(const struct account *a)
{
	fputs("targets:", stdout);
	for (size_t i = 0; i < json_array_size(a->targets); i++) {
		putchar(' ');
		printable_write(stdout,
				json_string_value(json_array_get(a->targets, i)) +
				    strlen(ARN_PREFIX),
				"");
	}
	puts(a->job.continuous ? ", and who joins them" : "");
}

static enum status print_account(const struct account *a)
{
	const struct job *job = &a->job;
	char created[32];
	const char *block;
	json_t *value;
	enum status st = GR_OK;

	utc_format(created, job->created);
	printable_line("job %s: %s, created %s", job->id, job_status_name(job->status), created);
	print_targets(a);
	print_member("document", job->document, "\t\n");
	print_member("description", job->description, "");
	print_member("template", job->template, "");
	print_member("reason", a->reason.code, "");
	print_member("comment", a->reason.comment, "");
	json_object_foreach(a->blocks, block, value) {
		printf("%s: ", block);
		st = command_print_json(json_incref(value));
	}
	if (a->rollout.waiting)
		printf("waiting\t%lld\n", (long long)a->rollout.waiting);
	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		if (a->counters.count[s])
			printf("%s\t%lld\n", execution_status_name(s),
			       (long long)a->counters.count[s]);
	return st;
}

static enum status describe(struct command *v)
{
	struct account a = { 0 };
	enum status st = read_account(&a, v->db, v->operands[0]);

	if (st == GR_OK)
		st = v->json ? command_print_json(account_json(&a)) : print_account(&a);
	account_release(&a);
	return st;
}

int command_describe(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-jobs describe", "[-H DIR] [-j] JOB",
					      "Show a job and the statuses of its executions.",
					      command_options };

	return command_read(&spec, argc, argv, 1, 1, describe);
}

/* GetJobDocument: as it was given, and nothing added. */
static enum status document(struct command *v)
{
	struct job job = { 0 };
	enum status st = job_need(&job, v->db, v->operands[0]);

	if (st == GR_OK && v->json)
		st = command_print_json(json_pack("{s:s}", "document", job.document));
	else if (st == GR_OK)
		printable_verbatim(job.document);
	job_release(&job);
	return st;
}

int command_document(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-jobs document", "[-H DIR] [-j] JOB",
		"Print a job's document, byte for byte as it was given.", command_options
	};

	return command_read(&spec, argc, argv, 1, 1, document);
}
