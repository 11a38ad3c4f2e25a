/* SPDX-License-Identifier: Apache-2.0 */
/* associate.c - more targets for a continuous job */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/job_options.h"
#include "registry/arn.h"
#include "registry/command.h"
#include "registry/job.h"

#include <unistd.h>

static const struct arg_option options[] = { COMMAND_OPTIONS, JOB_OPTIONS_TARGETS, { 0 } };
static const struct arg_spec spec = {
	"gr-jobs associate-targets", "[-H DIR] [-j] -t TARGET ... JOB",
	"Give a continuous job that is IN_PROGRESS more targets.", options
};

static enum status check(const struct job *job)
{
	if (job->continuous && job->status == JOB_IN_PROGRESS)
		return GR_OK;
	complain("job %s: is %s and %s; only a continuous job that is IN_PROGRESS takes more "
		 "targets (InvalidRequest)",
		 job->id, job->continuous ? "continuous" : "a snapshot",
		 job_status_name(job->status));
	return GR_NO;
}

static enum status work(struct command *v, const struct job_options *o)
{
	struct job job = { 0 };
	enum status st;

	if (o->target_count == 0)
		arg_usage(&spec);
	st = db_begin(v->db);
	if (st == GR_OK)
		st = job_need(&job, v->db, v->operands[0]);
	if (st == GR_OK)
		st = check(&job);
	if (st == GR_OK)
		st = job_add_targets(v->db, job.id, o->targets, v->now);
	if (st == GR_OK)
		st = db_commit(v->db);
	if (st == GR_OK)
		st = command_answer(v, json_pack("{s:s+, s:s, s:s}", "jobArn", ARN_PREFIX "job/",
						 job.id, "jobId", job.id, "description",
						 job.description));
	job_release(&job);
	return st;
}

int command_associate_targets(int argc, char *argv[])
{
	struct job_options o = { 0 };
	struct command v = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = command_option(&v, ch) ? GR_OK : job_options_option(&o, ch);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 1, 1);
	if (st == GR_OK)
		st = work(&v, &o);
	job_options_release(&o);
	return command_close(&v, st);
}
