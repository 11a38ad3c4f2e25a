/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c - what the commands of gr-jobs-client share */
#include "config/gr_config.h"
#include "gr-jobs-client/jobs.h"
#include "complain.h"
#include "gr-jobs-client/execution.h"
#include "out.h"
#include "printable.h"
#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status jobs_option(struct jobs *jobs, int ch, const char *value)
{
	if (ch == 'g')
		return arg_u32(&jobs->generation, "-g", value);
	if (ch != JOBS_JSON)
		return conf_option(&jobs->conf, ch, value);
	jobs->json = true;
	return GR_OK;
}

enum status jobs_open(struct jobs *jobs)
{
	enum status st;

	if ((st = gr_config_load(&jobs->conf)) != GR_OK)
		return st;
	if ((st = session_open(&jobs->session, &jobs->conf, jobs->generation)) == GR_OK)
		jobs->is_open = true;
	return st;
}

void jobs_close(struct jobs *jobs)
{
	if (jobs->is_open)
		session_close(&jobs->session);
	conf_release(&jobs->conf);
	jobs->is_open = false;
}

/*
 * One filter for all jobs: any number of them may be asked for. Some services answer "$next" under
 * the id of the job it stands for.
 */
static void listen_for_all(struct request *request, const char *thing, const char *job,
			   const char *tail)
{
	topic_job(request->filter, thing, "+", tail);
	request->loose = strcmp(job, "$next") == 0;
}

enum status jobs_ask(json_t **answer, struct jobs *jobs, const char *job, const char *tail,
		     json_t *body, const struct request *stray)
{
	const char *thing = jobs->session.thing;
	struct request request;
	char topic[TOPIC_MAX];
	enum status st;

	if (job)
		topic_job(topic, thing, job, tail);
	else
		topic_jobs(topic, thing, tail);
	st = request_init(&request, &jobs->session, topic);
	if (st == GR_OK && job)
		listen_for_all(&request, thing, job, tail);
	if (st == GR_OK && stray) {
		request.stray = stray->stray;
		request.obj = stray->obj;
	}
	if (st == GR_OK)
		st = request_send(&request, body);
	json_decref(body);
	return st == GR_OK ? request_answer(answer, &request) : st;
}

bool jobs_is_transient(const json_t *answer)
{
	const char *code = json_text(answer, "code");

	return code &&
	    (strcmp(code, "RequestThrottled") == 0 || strcmp(code, "InternalError") == 0);
}

static const char *code_of(const json_t *answer)
{
	const char *code = json_text(answer, "code");

	return code && str_is_name(code, 64, "") ? code : "";
}

void jobs_complain(const json_t *answer, const char *what)
{
	const char *message = json_text(answer, "message");

	complain("%s: rejected: %s: %s", what, code_of(answer), message ? message : "no message");
}

enum status jobs_rejected(const json_t *answer, const char *what, bool json)
{
	const json_t *state = json_object_get(answer, "executionState");
	enum status st;

	jobs_complain(answer, what);
	if (jobs_is_transient(answer))
		return GR_FAIL;
	if (json) {
		st = jobs_print_json(answer);
		return st == GR_OK ? GR_NO : st;
	}
	printf("code=%s\nstatus=%s\nsurvivor=%s\n", code_of(answer),
	       execution_status(json_text(state, "status")),
	       execution_survivor(json_object_get(state, "statusDetails")));
	st = out_close();
	return st == GR_OK ? GR_NO : st;
}

enum status jobs_print_json(const json_t *value)
{
	char *text = json_compact(value);

	if (!text) {
		complain("answer: out of memory");
		return GR_FAIL;
	}
	printable_write_json(stdout, text);
	putchar('\n');
	free(text);
	return out_close();
}
