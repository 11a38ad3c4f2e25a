/* watch.c - following a job until its last execution has ended */
#include "complain.h"
#include "gr-jobs/verbs.h"
#include "clock.h"
#include "registry/execution.h"

#include <stdio.h>
#include <string.h>
#include <poll.h>
#include <unistd.h>

enum { LOOK_MS = 200 };

static const struct arg_option options[] = {
	VERB_OPTIONS,
	{ 'w', "wait", "SECONDS", "give up after this time with exit status 111; 0: look once (default: never)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs watch", "[-H DIR] [-j] [-w SECONDS] JOB",
	"Follow a job until its last execution has ended. Exit status 0 if all SUCCEEDED, 1 if not.", options
};

static int64_t open_of(const struct tally *t)
{
	return t->count[EXECUTION_QUEUED] + t->count[EXECUTION_IN_PROGRESS];
}

static void print_counts(FILE *to, const struct tally *t)
{
	const char *gap = "";

	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		if (t->count[s]) {
			fprintf(to, "%s%lld %s", gap, (long long)t->count[s], execution_status_name(s));
			gap = ", ";
		}
}

/* One line that rewrites itself; only for a person. */
static void show_progress(const char *job, const struct tally *t)
{
	fprintf(stderr, "\r\033[K%s: ", job);
	print_counts(stderr, t);
	fflush(stderr);
}

static void print_end(const struct verb *v, const struct tally *t)
{
	if (!v->json) {
		printf("%s: ", v->operands[0]);
		print_counts(stdout, t);
		putchar('\n');
		return;
	}
	printf("{\"jobId\":\"%s\",\"total\":%lld", v->operands[0], (long long)t->total);
	for (enum execution_status s = 0; s < EXECUTION_STATUS_COUNT; s++)
		printf(",\"%s\":%lld", execution_status_name(s), (long long)t->count[s]);
	puts("}");
}

static enum status follow(struct verb *v, int64_t until)
{
	bool person = isatty(STDERR_FILENO), late = false;
	const char *job = v->operands[0];
	struct tally t = { 0 };
	enum status st = need_job(v->db, job);

	while (st == GR_OK && (st = tally_read(&t, v->db, job)) == GR_OK) {
		if (person)
			show_progress(job, &t);
		if (open_of(&t) == 0)
			break;
		if ((late = clock_boot_ms() >= until))
			break;
		poll(NULL, 0, LOOK_MS);
	}
	if (person)
		fputs("\r\033[K", stderr);
	if (st != GR_OK)
		return st;
	if (late) {
		complain("job %s: %lld execution(s) had not ended in time", job, (long long)open_of(&t));
		return GR_FAIL;
	}
	print_end(v, &t);
	return t.count[EXECUTION_SUCCEEDED] == t.total ? GR_OK : GR_NO;
}

int do_watch(int argc, char *argv[])
{
	struct verb v = { 0 };
	int64_t until = INT64_MAX;
	uint32_t seconds;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (!verb_option(&v, ch) && (st = arg_u32(&seconds, "--wait", optarg)) == GR_OK)
			until = clock_boot_ms() + (int64_t)seconds * 1000;
	if (st == GR_OK && (st = verb_open(&v, &spec, argc, argv, 1, 1)) == GR_OK)
		st = follow(&v, until);
	return verb_close(&v, st);
}
