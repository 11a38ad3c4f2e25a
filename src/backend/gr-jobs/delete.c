/* SPDX-License-Identifier: Apache-2.0 */
/* delete.c - a job, and all its executions with it */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/under_way.h"
#include "jobs/transition.h"
#include "registry/command.h"
#include "registry/job.h"

#include <unistd.h>

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'f', "force", NULL,
	  "also if it has not ended; devices at work on it notice it and end their rotation in "
	  "order" },
	{ 0 }
};
static const struct arg_spec spec = { "gr-jobs delete", "[-H DIR] [-f] JOB",
				      "Delete a job and its executions; custody records stay.",
				      options };

static enum status check(struct command *v, const struct job *job, bool force)
{
	int64_t deletions = 0;
	enum status st = job_count_deletions(&deletions, v->db);

	if (st != GR_OK)
		return st;
	if (job->status == JOB_DELETION_IN_PROGRESS)
		complain("job %s: is being deleted already (InvalidStateTransition)", job->id);
	else if (!force && job->status != JOB_COMPLETED && job->status != JOB_CANCELED)
		complain("job %s: is %s, -f deletes it (InvalidStateTransition)", job->id,
			 job_status_name(job->status));
	else if (deletions >= JOB_DELETIONS_MAX)
		complain("job %s: %d jobs are being deleted already; try again when they are gone "
			 "(LimitExceeded)",
			 job->id, JOB_DELETIONS_MAX);
	else
		return GR_OK;
	return GR_NO;
}

static enum status work(struct command *v, bool force)
{
	struct under_way under_way = { 0 };
	struct job job = { 0 };
	enum status st;

	st = db_begin(v->db);
	if (st == GR_OK)
		st = job_need(&job, v->db, v->operands[0]);
	if (st == GR_OK)
		st = check(v, &job, force);
	if (st == GR_OK)
		st = under_way_read(&under_way, v->db, job.id);
	if (st == GR_OK)
		st = transition_end_job(v->db, &job, RECALL_JOB, NULL, NULL, v->now);
	if (st == GR_OK)
		st = db_commit(v->db);
	if (st == GR_OK)
		under_way_complain(&under_way, job.id);
	job_release(&job);
	return st;
}

int command_delete(int argc, char *argv[])
{
	struct command v = { 0 };
	enum status st;
	int ch;

	arg_restart();
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		command_option(&v, ch);
	st = command_open(&v, &spec, argc, argv, 1, 1);
	if (st == GR_OK)
		st = work(&v, v.force);
	return command_close(&v, st);
}
