/* SPDX-License-Identifier: Apache-2.0 */
/* gr-request: ask the backend for a rotation job of our own */
#include "arg.h"
#include "complain.h"
#include "config/conf.h"
#include "config/gr_config.h"
#include "out.h"
#include "secret.h"
#include "session/request.h"
#include "session/session.h"
#include "str.h"

#include <stdio.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N",
	  "the pair for a connection of its own (default: the live one)" },
	CONF_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-request", "[-g N]", "Ask the backend for a rotation job for this thing and print its "
				"id.",
	options
};

/* GR_NO, one line: refused. GR_FAIL, one line: refused for now, or an answer that says nothing. */
static enum status take_answer(enum status st, const json_t *answer)
{
	const char *job = json_text(answer, "jobId"), *reason = json_text(answer, "errorMsg");

	if (st == GR_OK && job && str_is_job(job)) {
		puts(job);
		return out_close();
	}
	if (st == GR_NO && !json_is_true(json_object_get(answer, "retry"))) {
		complain("rejected: %s", reason ? reason : "no reason given");
		return GR_NO;
	}
	complain("not now: %s",
		 reason		   ? reason
		     : st == GR_OK ? "the answer names no job"
				   : "no reason given");
	return GR_FAIL;
}

static enum status ask(struct session *session)
{
	json_t *body = json_object(), *answer = NULL;
	char topic[TOPIC_MAX];
	struct request request;
	enum status st;

	topic_certificate(topic, session->thing, "request");
	if ((st = request_init(&request, session, topic)) == GR_OK)
		st = request_send(&request, body);
	json_decref(body);
	if (st != GR_OK)
		return st;
	if ((st = request_answer(&answer, &request)) == GR_FAIL)
		return st;
	st = take_answer(st, answer);
	json_decref(answer);
	return st;
}

int main(int argc, char *argv[])
{
	struct conf conf = { 0 };
	struct session session;
	uint32_t generation = 0;
	enum status st = GR_OK;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = ch == 'g' ? arg_u32(&generation, "-g", optarg)
			       : conf_option(&conf, ch, optarg);
	if (st == GR_OK && argc != optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = gr_config_load(&conf)) == GR_OK &&
	    (st = session_open(&session, &conf, generation)) == GR_OK) {
		st = ask(&session);
		session_close(&session);
	}
	conf_release(&conf);
	return st;
}
