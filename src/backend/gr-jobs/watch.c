/* SPDX-License-Identifier: Apache-2.0 */
/* revocation_poller.c - following a job until its last execution has ended */
#include "clock.h"
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/progress_view.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 200 };

static const struct arg_option options[] = {
	COMMAND_OPTIONS,
	{ 'w', "wait", "SECONDS", "give up after this time with exit status 111; 0: look once (default: never)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs watch", "[-H DIR] [-j] [-w SECONDS] JOB",
	"Follow a job until its last execution has ended. Exit status 0 if all SUCCEEDED, 1 if not.", options
};

/* How the job stands. */
struct registry_reader {
	struct job job;
	struct rollout rollout;
	struct counters tally;
	int64_t retries;	/* executions that another one came after */
};

static enum status look(struct registry_reader *view, struct db *db, const char *id)
{
	enum status st;

	job_release(&view->job);
	if ((st = job_need(&view->job, db, id)) != GR_OK ||
	    (st = counters_read(&view->tally, db, id)) != GR_OK)
		return st;
	if ((st = rollout_get(&view->rollout, db, id)) != GR_NO)
		return st;
	view->rollout = (struct rollout){ .done = true };
	return GR_OK;
}

/* A continuous job is over for us when it has nothing to do; it may have again. */
static bool is_over(const struct registry_reader *view)
{
	bool open = view->job.status == JOB_SCHEDULED || view->job.status == JOB_IN_PROGRESS;

	return counters_open(&view->tally) == 0 && view->rollout.recall == RECALL_NOTHING &&
	    (!open || view->rollout.done);
}

/* Executions that are to come, or to end. */
static int64_t left_of(const struct registry_reader *view)
{
	return counters_open(&view->tally) + view->rollout.waiting;
}

static bool all_succeeded(const struct registry_reader *view)
{
	return counters_total(&view->tally) - view->tally.count[EXECUTION_SUCCEEDED] ==
	    view->retries &&
	    view->rollout.waiting == 0;
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
static enum status follow(struct registry_reader *view, bool *late, struct command *v,
			  int64_t until)
{
	bool person = isatty(STDERR_FILENO);
	struct progress_view screen;
	enum status st;

	progress_view_init(&screen, v->operands[0]);
	while ((st = look(view, v->db, v->operands[0])) == GR_OK) {
		if (person &&
		    (st = progress_view_draw(&screen, v->db, &view->rollout, &view->tally,
					     clock_boot_ms())) != GR_OK)
			break;
		if (is_over(view) || (*late = clock_boot_ms() >= until))
			break;
		poll(NULL, 0, LOOK_MS);
	}
	if (person)
		progress_view_clear(&screen);
	return st;
}

static enum status watch(struct command *v, int64_t until)
{
	struct registry_reader view = { 0 };
	const char *id = v->operands[0];
	bool late = false;
	enum status st = follow(&view, &late, v, until);

	if (st == GR_OK && late) {
		complain("job %s: %lld execution(s) had not ended in time", id,
			 (long long)left_of(&view));
		st = GR_FAIL;
	} else if (st == GR_OK &&
		   (st = db_number(&view.retries, v->db,
				   "SELECT count(*) FROM execution WHERE job = ? AND attempt > 0",
				   "s", id)) == GR_OK) {
		print_end(v, &view.tally);
		st = all_succeeded(&view) ? GR_OK : GR_NO;
	}
	job_release(&view.job);
	return st;
}

int command_watch(int argc, char *argv[])
{
	struct command v = { 0 };
	int64_t until = INT64_MAX;
	uint32_t seconds;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (!command_option(&v, ch) && (st = arg_u32(&seconds, "--wait", optarg)) == GR_OK)
			until = clock_boot_ms() + (int64_t)seconds * 1000;
	if (st == GR_OK && (st = command_open(&v, &spec, argc, argv, 1, 1)) == GR_OK)
		st = watch(&v, until);
	return command_close(&v, st);
}
