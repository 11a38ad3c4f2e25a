/* create.c - a job for things and groups */
#include "complain.h"
#include "file.h"
#include "gr-jobs/verbs.h"
#include "jobs/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TARGETS_MAX = 100, BATCH = 500, DOCUMENT_MAX = 32768, TIMEOUT_MAX = 10080 };

static const struct arg_option options[] = {
	VERB_OPTIONS,
	{ 't', "target", "TARGET", "thing/NAME or thinggroup/NAME; may be given up to 100 times" },
	{ 'd', "document", "FILE", "the job document (default {\"operation\":\"ROTATE_CERTIFICATE\"})" },
	{ 'D', "description", "TEXT", "what the job is for" },
	{ 'T', "timeout", "MINUTES", "in-progress time-out of each execution, 1 to 10080 (default none)" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs create", "[-H DIR] [-j] -t TARGET ... [-d FILE] [-D TEXT] [-T MINUTES] JOB",
	"Create a job and queue an execution for every thing of its targets.", options
};

struct order {
	struct job_request q;
	const char *targets[TARGETS_MAX + 1];
	size_t count;
	const char *document_path;
};

static enum status take_option(struct order *o, int ch)
{
	switch (ch) {
	case 't':
		if (o->count == TARGETS_MAX) {
			complain("--target: more than %d", TARGETS_MAX);
			return GR_BAD;
		}
		o->targets[o->count++] = optarg;
		return GR_OK;
	case 'd':
		o->document_path = optarg;
		return GR_OK;
	case 'D':
		o->q.description = optarg;
		return GR_OK;
	default:
		return arg_range(&o->q.timeout_minutes, "--timeout", optarg, 1, TIMEOUT_MAX);
	}
}

/* Between two transactions somebody may have cancelled it. */
static enum status still_wanted(struct verb *v, const char *job)
{
	int64_t wanted = 0;
	enum status st = db_number(&wanted, v->db, "SELECT status = 'IN_PROGRESS' FROM job WHERE id = ?", "s", job);

	if (st == GR_FAIL || (st == GR_OK && wanted))
		return st;
	complain("job %s: was cancelled while it was being queued", job);
	return GR_NO;
}

/* In short transactions, so that the daemon is not kept waiting while a large group is queued. */
static enum status queue_all(struct verb *v, const char *job, int64_t *queued)
{
	char thing[129] = "";
	enum status st = GR_OK;

	for (*queued = 0; st == GR_OK; ++*queued) {
		if (*queued > 0 && *queued % BATCH == 0 &&
		    ((st = db_commit(v->db)) != GR_OK || (st = db_begin(v->db)) != GR_OK || (st = still_wanted(v, job)) != GR_OK))
			return st;
		if ((st = job_next_thing(thing, v->db, job, thing)) != GR_OK)
			break;
		st = queue_add(v->db, thing, job, v->now);
	}
	if (st == GR_NO)
		st = job_rolled_out(v->db, job, v->now);	/* for no thing at all it is complete at once */
	return st == GR_OK ? db_commit(v->db) : st;
}

static enum status work(struct verb *v, struct order *o)
{
	char *document = NULL;
	int64_t queued = 0;
	size_t len = 0;
	enum status st = GR_OK;

	if (o->document_path && (st = file_read(&document, &len, o->document_path, DOCUMENT_MAX)) == GR_NO) {
		complain("%s: no such file", o->document_path);
		st = GR_BAD;
	}
	if (st == GR_OK && document && strlen(document) != len) {
		complain("%s: holds a NUL byte", o->document_path);
		free(document);
		st = GR_BAD;
	}
	if (st != GR_OK)
		return st;
	o->q.document = document ? document : "{\"operation\":\"" JOB_ROTATE "\"}";
	o->q.targets = o->targets;
	o->q.id = v->operands[0];
	if ((st = db_begin(v->db)) == GR_OK && (st = job_create(v->db, &o->q, v->now)) == GR_OK)
		st = queue_all(v, o->q.id, &queued);
	free(document);
	if (st != GR_OK)
		return st;
	if (v->json)
		printf("{\"jobArn\":\"arn:aws:iot:local:000000000000:job/%s\",\"jobId\":\"%s\",\"executions\":%lld}\n", o->q.id, o->q.id,
		       (long long)queued);
	else
		printf("%s: queued for %lld thing(s)\n", o->q.id, (long long)queued);
	return GR_OK;
}

int do_create(int argc, char *argv[])
{
	struct order o = { .q = { .description = "" } };
	struct verb v = { 0 };
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (!verb_option(&v, ch))
			st = take_option(&o, ch);
	if (st == GR_OK && (st = verb_open(&v, &spec, argc, argv, 1, 1)) == GR_OK)
		st = work(&v, &o);
	return verb_close(&v, st);
}
