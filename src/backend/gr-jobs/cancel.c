/* SPDX-License-Identifier: Apache-2.0 */
/* cancel.c - ending a job before its time */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/under_way.h"
#include "jobs/transition.h"
#include "printable.h"
#include "registry/command.h"
#include "registry/counters.h"
#include "registry/job.h"
#include "registry/rollout.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REASON_MAX = 128, COMMENT_MAX = 2028 };	/* AWS IoT API */

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'f', "force", NULL,
	  "also executions IN_PROGRESS; their devices notice it and end their rotation in order" },
	{ 'r', "reason", "CODE", "reason code, up to 128 of [A-Z0-9_]" },
	{ 'c', "comment", "TEXT", "a comment" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs cancel", "[-H DIR] [-j] [-f] [-r CODE] [-c TEXT] JOB",
	"Cancel a job: its QUEUED executions, with --force also those IN_PROGRESS.", options
};

static enum status check(const char *reason, const char *comment)
{
	if (reason &&
	    (strspn(reason, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(reason) ||
	     strlen(reason) > REASON_MAX))
		complain("--reason: %s: not at most %d of A-Z, 0-9 and _ (InvalidRequest)", reason,
			 REASON_MAX);
	else if (comment && strlen(comment) > COMMENT_MAX)
		complain("--comment: longer than %d bytes (InvalidRequest)", COMMENT_MAX);
	else if (comment && !printable_is_text(comment))
		complain("--comment: not UTF-8 without control characters (InvalidRequest)");
	else
		return GR_OK;
	return GR_BAD;
}

/* What was cancelled without force may be cancelled once more, with it. */
static bool may_cancel(const struct job *job, bool force)
{
	return job->status == JOB_SCHEDULED || job->status == JOB_IN_PROGRESS ||
	    (job->status == JOB_CANCELED && force);
}

static enum status work(struct command *v, bool force, const char *reason, const char *comment)
{
	const char *id = v->operands[0];
	struct job job = { 0 };
	enum status st = job_need(&job, v->db, id);

	if (st == GR_OK && !may_cancel(&job, force)) {
		complain("job %s: is %s already (InvalidRequest)", id,
			 job_status_name(job.status));
		st = GR_NO;
	}
	if (st == GR_OK)
		st = transition_end_job(v->db, &job, force ? RECALL_STARTED : RECALL_QUEUED,
					reason, comment, v->now);
	job_release(&job);
	return st;
}

/* How things were before. */
struct before {
	struct counters counters;
	struct rollout rollout;
	struct under_way under_way;
};

/* What is under way goes on without --force: the operator should know. */
static void print_counts(const struct command *v, const struct before *before)
{
	int64_t canceled = before->counters.count[EXECUTION_QUEUED],
		left = before->under_way.count;
	char names[UNDER_WAY_NAMES_MAX];

	if (v->json) {
		printf("{\"jobId\":\"%s\",\"canceled\":%lld,\"inProgress\":%lld,\"notReached\":%"
		       "lld,\"inProgressThings\":[",
		       v->operands[0], (long long)canceled, (long long)left,
		       (long long)before->rollout.waiting);
		for (int64_t i = 0; i < left && i < UNDER_WAY_NAMED; i++)
			printf("%s\"%s\"", i ? "," : "", before->under_way.things[i]);
		puts("]}");
		return;
	}
	under_way_names(names, &before->under_way);
	printf("%s: canceled for %lld thing(s)", v->operands[0], (long long)canceled);
	if (before->rollout.waiting > 0)
		printf(", %lld had not been reached", (long long)before->rollout.waiting);
	if (left > 0)
		printf("; %lld stay(s) in progress, -f cancels it: %s", (long long)left, names);
	putchar('\n');
}

static enum status cancel(struct command *v, bool force, const char *reason, const char *comment)
{
	struct before before = { 0 };
	enum status st;

	st = db_begin(v->db);
	if (st == GR_OK)
		st = counters_read(&before.counters, v->db, v->operands[0]);
	if (st == GR_OK)
		st = rollout_get(&before.rollout, v->db, v->operands[0]);
	if (st != GR_FAIL)
		st = under_way_read(&before.under_way, v->db, v->operands[0]);
	if (st == GR_FAIL)
		return st;
	st = work(v, force, reason, comment);
	if (st == GR_OK)
		st = db_commit(v->db);
	if (st == GR_OK && force)
		under_way_complain(&before.under_way, v->operands[0]);
	else if (st == GR_OK)
		print_counts(v, &before);
	return st;
}

int command_cancel(int argc, char *argv[])
{
	const char *reason = NULL, *comment = NULL;
	struct command v = { 0 };
	bool force = false;
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'f': force = true; break;
		case 'r': reason = optarg; break;
		case 'c': comment = optarg; break;
		default: command_option(&v, ch);
		}
	st = check(reason, comment);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 1, 1);
	if (st == GR_OK)
		st = cancel(&v, force, reason, comment);
	return command_close(&v, st);
}
