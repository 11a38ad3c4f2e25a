/* SPDX-License-Identifier: Apache-2.0 */
/* update.c - changing how a job goes on */
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/job_options.h"
#include "registry/command.h"
#include "registry/job.h"
#include "registry/rollout.h"

#include <unistd.h>

static const struct arg_option options[] = { COMMAND_OPTIONS, JOB_OPTIONS_OPTIONS, { 0 } };
static const struct arg_spec spec = {
	"gr-jobs update",
	"[-H DIR] [-D TEXT] [-T MINUTES] [-r N] [-g GROWTH] [-a ABORT] [-R 0[:TYPE]] [-i"
	" FILE] JOB",
	"Change the description or the settings of a job that has not ended.", options
};

/*
 * Retries can be given up, but not promised afterwards; when a job begins and ends is settled by
 * its creation.
 */
static enum status check(const struct job *job, const struct job_request *q)
{
	struct job_config config = { 0 };
	char why[CONFIG_WHY_MAX];
	int64_t retries = 0;

	if (!job_config_read(&config, q->config, why)) {
		complain("job %s: %s (InvalidRequest)", job->id, why);
		return GR_BAD;
	}
	for (size_t i = 0; i < config.retry_count; i++)
		retries += config.retry[i].retries;
	if (job->status != JOB_SCHEDULED && job->status != JOB_IN_PROGRESS)
		complain("job %s: is %s already (InvalidRequest)", job->id,
			 job_status_name(job->status));
	else if (retries > 0)
		complain(
		    "job %s: retries of a job that is there can only be set to 0 (InvalidRequest)",
		    job->id);
	else if (json_object_get(q->config, "schedulingConfig"))
		complain("job %s: the schedule of a job that is there cannot be changed "
			 "(InvalidRequest)",
			 job->id);
	else
		return GR_OK;
	return GR_NO;
}

/* The daemon may be waiting for a moment that the old pace chose. */
static enum status wake(struct command *v, const struct job *job)
{
	struct rollout r;
	enum status st = rollout_get(&r, v->db, job->id);

	if (st != GR_OK || job->status != JOB_IN_PROGRESS || r.done)
		return st == GR_NO ? GR_OK : st;
	return rollout_wake_at(v->db, job->id, 0);
}

static enum status update(struct command *v, const struct job *job, const struct job_request *q)
{
	enum status st;

	st = check(job, q);
	if (st == GR_OK)
		st = job_request_check_texts("job", job->id, NULL,
					     q->description ? q->description : "");
	if (st == GR_OK)
		st = job_request_check_config(v->db, "job", job->id, q->config, v->now);
	if (st == GR_OK)
		st = job_update(v->db, job, q->description, q->config, v->now);
	if (st == GR_OK)
		st = wake(v, job);
	return st == GR_OK ? db_commit(v->db) : st;
}

static enum status work(struct command *v, struct job_options *o)
{
	struct job job = { 0 };
	struct job_request q;
	enum status st = job_options_request(&q, o, JOB_OPTIONS_UPDATE, v->operands[0]);

	if (st == GR_OK)
		st = db_begin(v->db);
	if (st == GR_OK)
		st = job_need(&job, v->db, q.id);
	if (st == GR_OK)
		st = update(v, &job, &q);
	job_release(&job);
	return st;
}

int command_update(int argc, char *argv[])
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
