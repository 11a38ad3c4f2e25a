/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - following a job until its last execution has ended */
#include "clock.h"
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/progress_view.h"
#include "registry/command.h"
#include "registry/counters.h"
#include "registry/execution_list.h"
#include "registry/job.h"
#include "registry/rollout.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 200 };

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'w', "wait", "SECONDS",
	  "give up after this time with exit status 111; 0: look once (default: never)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs watch", "[-H DIR] [-j] [-w SECONDS] JOB",
	"Follow a job until its last execution has ended. Exit status 0 if all SUCCEEDED, 1"
	" if not.", options
};

/* How the job stands. */
struct standing {
	struct job job;
	struct rollout rollout;
	struct counters counters;
	int64_t retries;	/* executions that another one came after */
};

static enum status look(struct standing *now, struct db *db, const char *id)
{
	enum status st;

	job_release(&now->job);
	st = job_need(&now->job, db, id);
	if (st == GR_OK)
		st = counters_read(&now->counters, db, id);
	if (st != GR_OK)
		return st;
	st = rollout_get(&now->rollout, db, id);
	if (st != GR_NO)
		return st;
	now->rollout = (struct rollout){ .done = true };
	return GR_OK;
}

/* A continuous job is over for us when it has nothing to do; it may have again. */
static bool is_over(const struct standing *now)
{
	bool open = now->job.status == JOB_SCHEDULED || now->job.status == JOB_IN_PROGRESS;

	return counters_open(&now->counters) == 0 && now->rollout.recall == RECALL_NOTHING &&
	    (!open || now->rollout.done);
}

/* Executions that are to come, or to end. */
static int64_t left_of(const struct standing *now)
{
	return counters_open(&now->counters) + now->rollout.waiting;
}

static bool all_succeeded(const struct standing *now)
{
	return counters_total(&now->counters) - now->counters.count[EXECUTION_SUCCEEDED] ==
	    now->retries &&
	    now->rollout.waiting == 0;
}

static void print_counts(const struct counters *t)
{
	const char *gap = "";

	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		if (t->count[s]) {
			printf("%s%lld %s", gap, (long long)t->count[s], execution_status_name(s));
			gap = ", ";
		}
}

static void print_end(const struct command *v, const struct counters *t)
{
	if (!v->json) {
		printf("%s: ", v->operands[0]);
		print_counts(t);
		putchar('\n');
		return;
	}
	printf("{\"jobId\":\"%s\",\"total\":%lld", v->operands[0], (long long)counters_total(t));
	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		printf(",\"%s\":%lld", execution_status_name(s), (long long)t->count[s]);
	puts("}");
}

/* *late: the time was over before the job was. */
static enum status follow(struct standing *now, bool *late, struct command *v, int64_t until)
{
	bool person = isatty(STDERR_FILENO);
	struct progress_view screen;
	enum status st;

	progress_view_init(&screen, v->operands[0]);
	for (;;) {
		st = look(now, v->db, v->operands[0]);
		if (st == GR_OK && person)
			st = progress_view_draw(&screen, v->db, &now->rollout, &now->counters,
						clock_boot_ms());
		if (st != GR_OK || is_over(now))
			break;
		*late = clock_boot_ms() >= until;
		if (*late)
			break;
		poll(NULL, 0, LOOK_MS);
	}
	if (person)
		progress_view_clear(&screen);
	return st;
}

static enum status watch(struct command *v, int64_t until)
{
	struct standing now = { 0 };
	const char *id = v->operands[0];
	bool late = false;
	enum status st = follow(&now, &late, v, until);

	if (st == GR_OK && late) {
		complain("job %s: %lld execution(s) had not ended in time", id,
			 (long long)left_of(&now));
		st = GR_FAIL;
	}
	if (st == GR_OK)
		st = execution_count_retries(&now.retries, v->db, id);
	if (st == GR_OK) {
		print_end(v, &now.counters);
		st = all_succeeded(&now) ? GR_OK : GR_NO;
	}
	job_release(&now.job);
	return st;
}

int command_watch(int argc, char *argv[])
{
	struct command v = { 0 };
	int64_t until = INT64_MAX;
	uint32_t seconds = UINT32_MAX;	/* for ever */
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (!command_option(&v, ch))
			st = arg_u32(&seconds, "--wait", optarg);
	if (seconds < UINT32_MAX)
		until = clock_boot_ms() + (int64_t)seconds * 1000;
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 1, 1);
	if (st == GR_OK)
		st = watch(&v, until);
	return command_close(&v, st);
}
