/* SPDX-License-Identifier: Apache-2.0 */
/* gr-commit: ask the backend to commit the certificate that this connection was made with */
#include "arg.h"
#include "complain.h"
#include "config/conf.h"
#include "config/gr_config.h"
#include "secret.h"
#include "session/rotation_request.h"
#include "session/session.h"
#include "str.h"

#include <string.h>
#include <unistd.h>

static const struct arg_option options[] = {
	{ 'g', "generation", "N",
	  "the pair for a connection of its own (default: the live one)" },
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

static bool is_well_formed(const struct commit_request *request)
{
	if (!str_is_job(request->rotation.job) || request->rotation.execution == 0)
		return false;
	return !request->certificate || str_is_certificate_id(request->certificate);
}

static enum status read_operands(struct commit_request *request, int argc, char *argv[])
{
	enum status st;

	if (argc - optind != 2 && argc - optind != 3)
		arg_usage(&spec);
	request->rotation.job = argv[optind];
	request->certificate = argc - optind == 3 ? argv[optind + 2] : NULL;
	st = arg_u32(&request->rotation.execution, "EXECUTION", argv[optind + 1]);
	if (st != GR_OK)
		return st;
	if (is_well_formed(request))
		return GR_OK;
	complain("%s: JOB is a job id, EXECUTION a number from 1, CERTIFICATE-ID 64 lower-case "
		 "hex digits",
		 request->rotation.job);
	return GR_BAD;
}

static bool is_for_us(const struct commit_request *request, const json_t *answer)
{
	const char *id = json_text(answer, "certificateId");

	return !request->certificate || !id || strcmp(id, request->certificate) == 0;
}

static enum status send(struct commit_request *request, struct session *session)
{
	json_t *body = request->certificate
	    ? json_pack("{s:s}", "certificateId", request->certificate)
	    : json_object();
	enum status st = rotation_request_send(&request->rotation, session, "commit", body);

	json_decref(body);
	return st;
}

/* Answers about another certificate are passed over. */
static enum status receive(struct commit_request *request)
{
	enum status st = GR_OK;
	bool ours = false;

	while (st == GR_OK && !ours) {
		json_t *answer = NULL;

		st = rotation_request_answer(&answer, &request->rotation);
		if (st != GR_OK)
			return st;
		ours = is_for_us(request, answer);
		json_decref(answer);
	}
	return st;
}

static enum status commit(struct commit_request *request)
{
	struct session session;
	enum status st;

	if ((st = gr_config_load(&request->conf)) != GR_OK)
		return st;
	if ((st = session_open(&session, &request->conf, request->generation)) != GR_OK)
		return st;
	if ((st = send(request, &session)) == GR_OK)
		st = receive(request);
	session_close(&session);
	return st;
}

int main(int argc, char *argv[])
{
	struct commit_request request = { 0 };
	enum status st = GR_OK;
	int ch;

	secret_guard();
	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1)
		st = ch == 'g' ? arg_u32(&request.generation, "-g", optarg)
			       : conf_option(&request.conf, ch, optarg);
	if (st == GR_OK)
		st = read_operands(&request, argc, argv);
	if (st == GR_OK)
		st = commit(&request);
	conf_release(&request.conf);
	return st;
}
