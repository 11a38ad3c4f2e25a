/* SPDX-License-Identifier: Apache-2.0 */
/* gr-commit: ask the backend for the licence to say SUCCEEDED over the connection's certificate */
#include "arg.h"
#include "complain.h"
#include "config/conf.h"
#include "secret.h"
#include "session/rotation_request.h"
#include "session/session.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N", "the pair for a session of our own (default: the one that is live now)" },
	CONF_OPTIONS,
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-commit", "[-g N] JOB EXECUTION [CERTIFICATE-ID]",
	"Ask the backend to commit the certificate that this connection was made with.", options
};

struct commit_request {
	struct conf conf;
	uint32_t generation;
	struct rotation_request rotation;	/* job and execution number */
	const char *certificate;	/* id, or NULL */
};

static enum status read_operands(struct commit_request *e, int argc, char *argv[])
{
	enum status st;

	if (argc - optind != 2 && argc - optind != 3)
		arg_usage(&spec);
	e->rotation.job = argv[optind];
	e->certificate = argc - optind == 3 ? argv[optind + 2] : NULL;
	if ((st = arg_u32(&e->rotation.execution, "EXECUTION", argv[optind + 1])) != GR_OK)
		return st;
	if (str_is_job(e->rotation.job) && e->rotation.execution > 0 &&
	    (!e->certificate || str_is_certificate_id(e->certificate)))
		return GR_OK;
	complain("%s: JOB is a job id, EXECUTION a number from 1, CERTIFICATE-ID 64 lower-case "
		 "hex digits",
		 e->rotation.job);
	return GR_BAD;
}

/* A licence for another certificate is not for us. */
static bool is_for_us(const struct commit_request *e, const json_t *answer)
{
	const char *id = json_text(answer, "certificateId");

	return !e->certificate || !id || strcmp(id, e->certificate) == 0;
}

static enum status ask(struct commit_request *e, struct session *session)
{
	json_t *body = e->certificate ? json_pack("{s:s}", "certificateId", e->certificate)
				      : json_object();
	enum status st = rotation_request_send(&e->rotation, session, "commit", body);
	bool ours = false;

	json_decref(body);
	while (st == GR_OK && !ours) {
		json_t *answer = NULL;

		if ((st = rotation_request_answer(&answer, &e->rotation)) == GR_OK) {
			ours = is_for_us(e, answer);
			json_decref(answer);
		}
	}
	return st;
}

int main(int argc, char *argv[])
{
	struct commit_request e = { 0 };
	struct session session;
	enum status st = GR_OK;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = ch == 'g' ? arg_u32(&e.generation, "-g", optarg)
			       : conf_option(&e.conf, ch, optarg);
	if (st == GR_OK && (st = read_operands(&e, argc, argv)) == GR_OK &&
	    (st = conf_load(&e.conf)) == GR_OK &&
	    (st = session_open(&session, &e.conf, e.generation)) == GR_OK) {
		st = ask(&e, &session);
		session_close(&session);
	}
	conf_release(&e.conf);
	return st;
}
