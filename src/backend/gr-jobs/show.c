/* show.c - describe, list, executions */
#include "complain.h"
#include "gr-jobs/verbs.h"
#include "json.h"
#include "registry/execution.h"
#include "registry/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The field names of DescribeJob's jobProcessDetails. */
static const char *const fields[] = {
	[EXECUTION_QUEUED] = "numberOfQueuedThings", [EXECUTION_IN_PROGRESS] = "numberOfInProgressThings",
	[EXECUTION_SUCCEEDED] = "numberOfSucceededThings", [EXECUTION_FAILED] = "numberOfFailedThings",
	[EXECUTION_TIMED_OUT] = "numberOfTimedOutThings", [EXECUTION_REJECTED] = "numberOfRejectedThings",
	[EXECUTION_REMOVED] = "numberOfRemovedThings", [EXECUTION_CANCELED] = "numberOfCanceledThings"
};

enum status need_job(struct db *db, const char *job)
{
	struct job found = { 0 };
	enum status st = job_get(&found, db, job);

	job_release(&found);
	if (st == GR_NO)
		complain("job %s: no such job", job);
	return st;
}

enum status tally_read(struct tally *tally, struct db *db, const char *job)
{
	sqlite3_stmt *row;
	enum status st = db_query(&row, db, "SELECT status, count(*) FROM execution WHERE job = ? GROUP BY status", "s", job);

	*tally = (struct tally){ 0 };
	for (; st == GR_OK; st = db_next(db, &row)) {
		enum execution_status s = execution_status_find(db_text(row, 0));

		if (s < EXECUTION_STATUS_COUNT)
			tally->count[s] = db_int(row, 1);
		tally->total += db_int(row, 1);
	}
	return st == GR_NO ? GR_OK : st;
}

static json_t *job_json(const struct job *job, const struct tally *tally)
{
	json_t *counts = json_object();
	json_t *o = json_pack("{s:s, s:s, s:s, s:I, s:I, s:b, s:s}", "jobId", job->id, "status", job->status, "description", job->description,
			      "createdAt", (json_int_t)(job->created / 1000), "lastUpdatedAt", (json_int_t)(job->updated / 1000),
			      "forceCanceled", (int)job->force_canceled, "document", job->document);

	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		json_object_set_new(counts, fields[s], json_integer(tally->count[s]));
	json_object_set_new(o, "jobProcessDetails", counts);
	if (job->completed)
		json_object_set_new(o, "completedAt", json_integer(job->completed / 1000));
	if (job->timeout_minutes)
		json_object_set_new(o, "timeoutConfig", json_pack("{s:I}", "inProgressTimeoutInMinutes", (json_int_t)job->timeout_minutes));
	return o;
}

static void print_job(const struct job *job, const struct tally *tally)
{
	char created[32];

	verb_time(created, job->created);
	printf("job %s: %s, created %s\ndocument: ", job->id, job->status, created);
	verb_print(job->document, "\t\n");
	if (job->description[0]) {
		fputs("\ndescription: ", stdout);
		verb_print(job->description, "");
	}
	putchar('\n');
	if (job->timeout_minutes)
		printf("time-out: %lld minute(s)\n", (long long)job->timeout_minutes);
	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		if (tally->count[s])
			printf("%s\t%lld\n", execution_status_name(s), (long long)tally->count[s]);
}

static enum status describe(struct verb *v)
{
	struct tally tally;
	struct job job = { 0 };
	enum status st = job_get(&job, v->db, v->operands[0]);

	if (st == GR_NO)
		complain("job %s: no such job", v->operands[0]);
	if (st == GR_OK && (st = tally_read(&tally, v->db, job.id)) == GR_OK) {
		if (v->json) {
			json_t *o = job_json(&job, &tally);
			char *text = json_compact(o);

			puts(text ? text : "null");
			free(text);
			json_decref(o);
		} else {
			print_job(&job, &tally);
		}
	}
	job_release(&job);
	return st;
}

int do_describe(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-jobs describe", "[-H DIR] [-j] JOB", "Show a job and how its executions stand.", verb_options };

	return verb_read(&spec, argc, argv, 1, 1, describe);
}

static enum status list(struct verb *v)
{
	sqlite3_stmt *row;
	bool first = true;
	enum status st = db_query(&row, v->db, "SELECT id, status, created, (SELECT count(*) FROM execution WHERE job = job.id) FROM job"
				  " ORDER BY created, id", "");

	if (v->json)
		putchar('[');
	for (; st == GR_OK; st = db_next(v->db, &row), first = false) {
		char created[32];

		verb_time(created, db_int(row, 2));
		if (v->json)
			printf("%s{\"jobId\":\"%s\",\"status\":\"%s\",\"createdAt\":%lld,\"executions\":%lld}", first ? "" : ",",
			       db_text(row, 0), db_text(row, 1), (long long)(db_int(row, 2) / 1000), (long long)db_int(row, 3));
		else
			printf("%s\t%s\t%s\t%lld\n", db_text(row, 0), db_text(row, 1), created, (long long)db_int(row, 3));
	}
	if (v->json)
		puts("]");
	return st == GR_NO ? GR_OK : st;
}

int do_list(int argc, char *argv[])
{
	static const struct arg_spec spec = { "gr-jobs list", "[-H DIR] [-j]", "List jobs: id, status, created, executions.", verb_options };

	return verb_read(&spec, argc, argv, 0, 0, list);
}

static void print_execution(sqlite3_stmt *row, const char *updated)
{
	printf("%s\t%lld\t%s\t%s\t", db_text(row, 0), (long long)db_int(row, 1), db_text(row, 2), updated);
	verb_print(db_text(row, 4), "");
	putchar('\n');
}

static enum status executions(struct verb *v)
{
	sqlite3_stmt *row;
	bool first = true;
	enum status st = need_job(v->db, v->operands[0]);

	if (st != GR_OK)
		return st;
	if (v->json)
		putchar('[');
	st = db_query(&row, v->db, "SELECT thing, number, status, updated, coalesce(json_extract(details, '$.DeviceFailureReason'), ''), details"
		      " FROM execution WHERE job = ? ORDER BY thing, number", "s", v->operands[0]);
	for (; st == GR_OK; st = db_next(v->db, &row), first = false) {
		char updated[32];

		verb_time(updated, db_int(row, 3));
		if (v->json)
			printf("%s{\"thingName\":\"%s\",\"executionNumber\":%lld,\"status\":\"%s\",\"lastUpdatedAt\":%lld,\"statusDetails\":%s}",
			       first ? "" : ",", db_text(row, 0), (long long)db_int(row, 1), db_text(row, 2),
			       (long long)(db_int(row, 3) / 1000), db_text(row, 5));
		else
			print_execution(row, updated);
	}
	if (v->json)
		puts("]");
	return st == GR_NO ? GR_OK : st;
}

int do_executions(int argc, char *argv[])
{
	static const struct arg_spec spec = {
		"gr-jobs executions", "[-H DIR] [-j] JOB", "List a job's executions: thing, number, status, last change, reason of a failure.", verb_options
	};

	return verb_read(&spec, argc, argv, 1, 1, executions);
}
