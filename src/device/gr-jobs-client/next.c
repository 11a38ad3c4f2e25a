/* SPDX-License-Identifier: Apache-2.0 */
/* next.c - gr-jobs-client next: the next execution that is a rotation, waited for */
#include "clock.h"
#include "gr-jobs-client/blocking_jobs.h"
#include "gr-jobs-client/execution_query.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

enum { OPT_QUEUED = 300, OPT_FRONT };

static const struct arg_option options[] = {
	{ 'w', "wait", "SECONDS", "wait so long until there is one (default 0)" },
	{ OPT_QUEUED, "queued", NULL, "skip those that are IN_PROGRESS" },
	{ OPT_FRONT, "front", "FILE",
	  "remembers the jobs that come before the rotation, so that each is reported once" },
	JOBS_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-jobs-client next", "[-w SECONDS] [--queued] [--front FILE]",
	"Print the first pending execution whose operation is ROTATE_CERTIFICATE.", options
};

struct watch {
	struct jobs jobs;
	bool queued;
	const char *front;	/* a file, or NULL */
	bool notified;		/* a notification came: list again */
	struct request stray;
};

/*
 * Is the message a reason to list again? A notify-next without a rotation is none: a rotation
 * behind another job has a notify of its own.
 */
static bool asks_to_list(const struct watch *watch, const struct message *message)
{
	char topic[TOPIC_MAX];
	struct execution execution;
	json_t *body;
	bool asks;

	topic_jobs(topic, watch->jobs.session.thing, "notify");
	if (strcmp(message->topic, topic) == 0)
		return true;
	topic_jobs(topic, watch->jobs.session.thing, "notify-next");
	if (strcmp(message->topic, topic) != 0)
		return false;
	body = json_object_parse(message->payload, message->len);
	asks = execution_parse(&execution, json_object_get(body, "execution"),
			       watch->jobs.session.thing) == GR_OK &&
	    execution_is_rotation(&execution);
	json_decref(body);
	return asks;
}

static void note(void *obj, const struct message *message)
{
	struct watch *watch = obj;

	if (asks_to_list(watch, message))
		watch->notified = true;
}

static enum status subscribe(struct watch *watch)
{
	static const char *const tails[] = { "notify", "notify-next" };
	enum status st = GR_OK;

	for (size_t i = 0; i < 2 && st == GR_OK; i++) {
		char filter[TOPIC_MAX];

		topic_jobs(filter, watch->jobs.session.thing, tails[i]);
		st = session_subscribe(&watch->jobs.session, filter);
	}
	return st;
}

static bool fits(const struct watch *watch, const struct execution *execution)
{
	return execution_is_rotation(execution) &&
	    (!watch->queued || strcmp(execution->status, "QUEUED") == 0);
}

/*
 * Prints the execution if it is a rotation to take. GR_NO: it is none, is gone, or cannot be
 * understood; then the next one is tried, so that another agent's job hides none behind it.
 */
static enum status try_one(struct watch *watch, const char *job)
{
	struct execution execution;
	json_t *answer = NULL;
	enum status st = execution_query(&execution, &answer, &watch->jobs, job, &watch->stray);

	if (st == GR_OK)
		st = fits(watch, &execution)
		    ? execution_query_print(&execution, answer, &watch->jobs)
		    : GR_NO;
	else if (st == GR_NO && answer && jobs_is_transient(answer)) {
		jobs_complain(answer, job);
		st = GR_FAIL;
	}
	json_decref(answer);
	return st == GR_BAD ? GR_NO : st;
}

static enum status try_all(struct watch *watch, const struct pending_list *list)
{
	enum status st = GR_NO;

	for (size_t i = 0; i < list->count && st == GR_NO; i++)
		if (!watch->queued || strcmp(list->entry[i].status, "QUEUED") == 0)
			st = try_one(watch, list->entry[i].job);
	return st;
}

static enum status look(struct watch *watch)
{
	json_t *answer = NULL;
	struct pending_list list;
	enum status st;

	watch->notified = false;
	st = pending_list_read(&list, &answer, &watch->jobs, &watch->stray);
	if (st == GR_NO)
		jobs_complain(answer, "pending");
	json_decref(answer);
	st = st == GR_OK ? try_all(watch, &list) : GR_FAIL;
	if (st == GR_NO)
		blocking_jobs_report(&list, watch->jobs.session.thing, watch->front);
	pending_list_release(&list);
	return st;
}

/* Waits for a notification. GR_NO: none came until deadline. */
static enum status await_notification(struct watch *watch, int64_t deadline)
{
	enum status st = GR_OK;

	while (!watch->notified && st == GR_OK) {
		struct message message = { 0 };

		st = session_receive(&watch->jobs.session, &message, deadline);
		if (st == GR_OK)
			note(watch, &message);
		message_release(&message);
	}
	return st;
}

static enum status next(struct watch *watch, uint32_t seconds)
{
	int64_t deadline = clock_boot_ms() + INT64_C(1000) * seconds;
	enum status st;

	watch->stray = (struct request){ .stray = note, .obj = watch };
	if (subscribe(watch) != GR_OK)
		return GR_FAIL; /* also if it was refused: GR_NO would say that no job is there */
	for (;;) {
		if ((st = look(watch)) != GR_NO)
			return st;
		if ((st = await_notification(watch, deadline)) != GR_OK)
			return st;
	}
}

int command_next(int argc, char *argv[])
{
	struct watch watch = { 0 };
	enum status st = GR_OK;
	uint32_t seconds = 0;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == 'w')
			st = arg_u32(&seconds, "-w", optarg);
		else if (ch == OPT_QUEUED)
			watch.queued = true;
		else if (ch == OPT_FRONT)
			watch.front = optarg;
		else
			st = jobs_option(&watch.jobs, ch, optarg);
	}
	if (st == GR_OK && optind != argc)
		arg_usage(&spec);
	if (st == GR_OK && (st = jobs_open(&watch.jobs)) == GR_OK)
		st = next(&watch, seconds);
	jobs_close(&watch.jobs);
	return st;
}
