/* SPDX-License-Identifier: Apache-2.0 */
/* create.c - a job for things and groups */
#include "base/utc.h"
#include "clock.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/dry_run.h"
#include "gr-jobs/job_options.h"
#include "registry/arn.h"
#include "registry/command.h"
#include "registry/counters.h"
#include "registry/job.h"
#include "registry/job_template.h"
#include "registry/rollout.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 5, PATIENCE_MS = 10000 };

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	JOB_OPTIONS_TARGETS,
	JOB_OPTIONS_DOCUMENT,
	JOB_OPTIONS_OPTIONS,
	{ 'm', "template", "TEMPLATE",
	  "a job template; options given here override it (default for rotations: "
	  JOB_TEMPLATE_ROTATION " if there is one; '': none)" },
	{ 'c', "continuous", NULL,
	  "things that join a target group later get it too, until the job is cancelled" },
	{ 's', "schedule", "SCHEDULE",
	  "START[/END[/BEHAVIOR]], UTC; BEHAVIOR is STOP_ROLLOUT, CANCEL or FORCE_CANCEL" },
	{ 'n', "dry-run", NULL,
	  "create nothing; list the things that would be reached, and after how many seconds" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs create",
	"[-H DIR] [-j] [-n] -t TARGET ... [-m TEMPLATE] [-d FILE] [-D TEXT] [-T MINUTES]"
	" [-r N] [-g GROWTH] [-a ABORT] [-R RETRIES] [-s SCHEDULE] [-c] [-i FILE] [JOB]",
	"Create a job for every thing of its targets.", options
};

/* What create tells. */
struct result {
	struct job job;
	struct rollout rollout;
	int64_t executions;
};

static enum status look(struct result *r, struct db *db, const char *id)
{
	struct counters t;
	enum status st;

	job_release(&r->job);
	st = job_get(&r->job, db, id);
	if (st == GR_OK)
		st = rollout_get(&r->rollout, db, id);
	if (st == GR_OK)
		st = counters_read(&t, db, id);
	if (st == GR_OK)
		r->executions = counters_total(&t);
	return st;
}

/* Is there something that the daemon would do right now? */
static bool is_due(const struct result *r)
{
	return r->job.status == JOB_IN_PROGRESS && !r->rollout.done &&
	    r->rollout.next <= clock_real_ms() * 1000;
}

/*
 * While a daemon is at work the result is what the pace of the job allows for, and so nothing that
 * has to be looked for later.
 */
static enum status settle(struct result *r, struct command *v, const char *id)
{
	int64_t until = clock_boot_ms() + PATIENCE_MS;
	enum status st = look(r, v->db, id);

	while (st == GR_OK && is_due(r) && clock_boot_ms() < until && home_is_served(&v->home)) {
		poll(NULL, 0, LOOK_MS);
		st = look(r, v->db, id);
	}
	return st;
}

static enum status print_result(const struct command *v, const struct result *r)
{
	char start[32];

	if (v->json)
		return command_print_json(json_pack("{s:s+, s:s, s:s, s:I, s:I}", "jobArn",
					    ARN_PREFIX "job/", r->job.id, "jobId", r->job.id,
					    "description", r->job.description, "executions",
					    (json_int_t)r->executions, "waiting",
					    (json_int_t)r->rollout.waiting));
	utc_format(start, r->job.config.start);
	if (r->job.status == JOB_SCHEDULED)
		printf("%s: scheduled for %s\n", r->job.id, start);
	else if (r->rollout.waiting == 0)
		printf("%s: queued for %lld thing(s)\n", r->job.id, (long long)r->executions);
	else if (r->executions == 0)
		printf("%s: created for %lld thing(s), which gr-backendd queues once it runs\n",
		       r->job.id, (long long)r->rollout.waiting);
	else
		printf("%s: queued for %lld thing(s), %lld wait for their turn\n", r->job.id,
		       (long long)r->executions, (long long)r->rollout.waiting);
	return GR_OK;
}

static enum status create(struct command *v, const struct job_request *q)
{
	struct result r = { 0 };
	enum status st = db_commit(v->db);

	if (st == GR_OK)
		st = settle(&r, v, q->id);
	if (st == GR_OK)
		st = print_result(v, &r);
	job_release(&r.job);
	return st == GR_NO ? GR_OK : st;	/* somebody was quick to delete it */
}

/*
 * A rotation follows the template of rotations unless it is told otherwise: without pace, time-out
 * and abort a fault would reach the whole fleet.
 */
static enum status choose_template(struct job_request *q, struct db *db)
{
	if (q->template && q->template[0] == '\0')
		q->template = NULL;
	else if (!q->template && !q->document)
		return job_template_of_rotations(&q->template, db);
	return GR_OK;
}

static enum status work(struct command *v, struct job_options *o, bool dry)
{
	struct job_request q;
	enum status st = job_options_request(&q, o, JOB_OPTIONS_JOB,
					     v->count > 0 ? v->operands[0] : NULL);

	if (st == GR_OK)
		st = db_begin(v->db);
	if (st == GR_OK)
		st = choose_template(&q, v->db);
	if (st == GR_OK)
		st = job_create(v->db, &q, v->now);
	if (st != GR_OK)
		return st;
	return dry ? dry_run_print(v, q.id) : create(v, &q);
}

int command_create(int argc, char *argv[])
{
	struct job_options o = { 0 };
	struct command v = { 0 };
	bool dry = false;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		switch (ch) {
		case 'n': dry = true; break;
		case 'c':
			st = job_options_set(&o, "targetSelection", json_string("CONTINUOUS"));
			break;
		case 'm': st = job_options_set(&o, "jobTemplateArn", json_string(optarg)); break;
		case 's': st = job_options_schedule(&o, optarg); break;
		default: st = command_option(&v, ch) ? GR_OK : job_options_option(&o, ch);
		}
	if (st == GR_OK && argc == optind && !o.input)
		arg_usage(&spec);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 0, 1);
	if (st == GR_OK)
		st = work(&v, &o, dry);
	job_options_release(&o);
	return command_close(&v, st);
}
