/* SPDX-License-Identifier: Apache-2.0 */
/* describe_execution.c - one execution, as the operator sees it */
#include "base/utc.h"
#include "complain.h"
#include "gr-jobs/commands.h"
#include "gr-jobs/execution_operand.h"
#include "json.h"
#include "printable.h"
#include "registry/arn.h"
#include "registry/stall.h"
#include "registry/timer_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = { COMMAND_OPTIONS, EXECUTION_OPERAND_NUMBER, { 0 } };
static const struct arg_spec spec = { "gr-jobs describe-execution",
				      "[-H DIR] [-j] [-n N] JOB THING", "Show one execution.",
				      options };

static json_t *execution_json(const struct execution *x, json_t *details, bool forced,
			      int64_t timer_now)
{
	int64_t at = x->deadline;
	json_t *o = json_pack("{s:s, s:s+, s:s, s:{s:O}, s:I, s:I, s:I, s:I, s:b}", "jobId",
			      x->job, "thingArn", ARN_PREFIX "thing/", x->thing, "status",
			      execution_status_name(x->status), "statusDetails", "detailsMap",
			      details, "queuedAt", (json_int_t)(x->queued / 1000), "lastUpdatedAt",
			      (json_int_t)(x->updated / 1000), "executionNumber",
			      (json_int_t)x->number, "versionNumber", (json_int_t)x->version,
			      "forceCanceled", (int)forced);

	if (x->step_deadline && (!at || x->step_deadline < at))
		at = x->step_deadline;
	if (o && x->started)
		json_object_set_new(o, "startedAt", json_integer(x->started / 1000));
	if (o && at && !execution_is_terminal(x->status))
		json_object_set_new(o, "approximateSecondsBeforeTimedOut",
				    json_integer(at > timer_now ? (at - timer_now) / 1000 : 0));
	return o;
}

static void print_time(const char *what, int64_t ms)
{
	char text[32];

	utc_format(text, ms);
	if (ms)
		printf("%s\t%s\n", what, text);
}

static void print(const struct execution *x, json_t *details, bool was_there)
{
	const char *key;
	json_t *value;

	printable_line("job %s, thing %s: execution %lld is %s, version %lld", x->job, x->thing,
		       (long long)x->number, execution_status_name(x->status),
		       (long long)x->version);
	print_time("queued", x->queued);
	if (x->status == EXECUTION_QUEUED)
		printf("thing\t%s\n",
		       was_there ? "connected, not begun" : "not connected since it was queued");
	print_time("started", x->started);
	print_time("last updated", x->updated);
	json_object_foreach(details, key, value) {
		printable_write(stdout, key, "");
		putchar('\t');
		printable_write(stdout, json_string_value(value), "");
		putchar('\n');
	}
}

/* Somebody may have written bytes there that are not UTF-8. */
static json_t *parse_details(char *text)
{
	json_t *details = json_object_parse(text, strlen(text));

	if (details)
		return details;
	printable_clean(text);
	return json_object_parse(text, strlen(text));
}

static enum status show_json(struct command *v, const struct execution *x, json_t *details,
			     bool forced)
{
	int64_t timer_now;
	enum status st = timer_clock_now(&timer_now, v->db);

	if (st != GR_OK)
		return st;
	return command_print_json(execution_json(x, details, forced, timer_now));
}

static enum status show(struct command *v, const struct execution *x, json_t *details)
{
	enum status forced = execution_is_forced(v->db, x->id),
		    there = stall_was_there(v->db, x->id);

	if (forced == GR_FAIL || there == GR_FAIL)
		return GR_FAIL;
	if (v->json)
		return show_json(v, x, details, forced == GR_OK);
	print(x, details, there == GR_OK);
	return GR_OK;
}

static enum status work(struct command *v, uint32_t number)
{
	struct execution x;
	char *text = NULL;
	json_t *details;
	enum status st = execution_operand_need(&x, v, number);

	if (st == GR_OK)
		st = execution_details(&text, v->db, x.id);
	if (st != GR_OK)
		return st;
	details = parse_details(text);
	st = show(v, &x, details);
	json_decref(details);
	free(text);
	return st;
}

int command_describe_execution(int argc, char *argv[])
{
	struct command v = { 0 };
	uint32_t number = 0;
	enum status st = GR_OK;
	int ch;

	arg_restart();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		if (!command_option(&v, ch))
			st = arg_range(&number, "--number", optarg, 1, UINT32_MAX);
	if (st == GR_OK)
		st = command_open(&v, &spec, argc, argv, 2, 2);
	if (st == GR_OK)
		st = work(&v, number);
	return command_close(&v, st);
}
