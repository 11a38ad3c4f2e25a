/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - one character of what a device asks, then TOPIC NUL PAYLOAD NUL ...: what comes back
 *
 * c is create, C the same with a chain, m commit, l the list of jobs, g a job by its id, n the
 * next job, u an update. A topic that is left out is the one on which the request is accepted. The
 * request's token is 0.
 */
#include "csr.h"
#include "gr-create/issued_certificate.h"
#include "gr-jobs-client/execution_query.h"
#include "gr-jobs-client/pending_list.h"
#include "lib/fuzz.h"
#include "session/rotation_request.h"
#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fuzz_parts service;	/* what it says */
static char accepted[2 * TOPIC_MAX];

enum status __real_request_init(struct request *request, struct session *session,
				const char *topic);
enum status __wrap_request_init(struct request *request, struct session *session,
				const char *topic);
enum status __wrap_request_send(struct request *request, json_t *body);
enum status __wrap_session_receive(struct session *s, struct message *message, int64_t deadline);
enum status __wrap_out_close(void);

enum status __wrap_request_init(struct request *request, struct session *session,
				const char *topic)
{
	enum status st = __real_request_init(request, session, topic);

	strcpy(request->token, "0");
	return st;
}

enum status __wrap_request_send(struct request *request, json_t *body)
{
	str_format(accepted, sizeof accepted, "%s/accepted", request->topic);
	return body ? GR_OK : GR_FAIL;
}

/* As message_queue_put makes one. */
enum status __wrap_session_receive(struct session *s, struct message *message, int64_t deadline)
{
	char *topic, *payload;
	size_t name, len;

	(void)s;
	(void)deadline;
	if (service.left == 0)
		return GR_NO;
	topic = fuzz_part(&service);
	payload = fuzz_part(&service);
	name = strlen(topic[0] ? topic : accepted) + 1;
	len = strlen(payload);
	message->topic = malloc(name + len + 1);
	FUZZ_HOLDS(message->topic);
	memcpy(message->topic, topic[0] ? topic : accepted, name);
	memcpy(message->topic + name, payload, len + 1);
	message->payload = message->topic + name;
	message->len = len;
	free(topic);
	free(payload);
	return GR_OK;
}

enum status __wrap_out_close(void)
{
	fflush(stdout);
	return GR_OK;
}

/* A request of its own is in the corpus, so that an answer can be for it. */
static const char request_pem[] =
	"-----BEGIN CERTIFICATE REQUEST-----\n"
	"MIHaMIGAAgEAMB4xHDAaBgNVBAMME0FXUyBJb1QgQ2VydGlmaWNhdGUwWTATBgcq\n"
	"hkjOPQIBBggqhkjOPQMBBwNCAATWlzxG0p23Ht2cx9rO1QPJKN6sqFH+6fz645XX\n"
	"F7UcFfhdMOO1WaJ4Jd+dnCaOgi1iDKDoHAYTWfyORjCfCQREoAAwCgYIKoZIzj0E\n"
	"AwIDSQAwRgIhAI1vNX37bsuVVKpHPtdAQEWui5WgV1pPaNOCwzdLQ9b4AiEA1p0W\n"
	"j+wYp/04DGjZ5/jnAPW9haaGNBMT7/PIs6r+XZE=\n"
	"-----END CERTIFICATE REQUEST-----\n";

static void create(struct session *s, bool chain)
{
	struct rotation_request rotation = { .job = "j", .execution = 1 };
	struct issued_certificate offer = { 0 };
	json_t *body = json_object(), *answer;
	const char *why;
	struct csr csr;
	enum status st;

	FUZZ_HOLDS(csr_open(&csr, &why, request_pem, strlen(request_pem)) == GR_OK);
	st = rotation_request_send(&rotation, s, "create", body);
	while (st == GR_OK && (st = rotation_request_answer(&answer, &rotation)) == GR_OK) {
		if (issued_certificate_check(&offer, answer,
					     &(struct issued_certificate_terms){ &csr, "",
										 chain }) == GR_OK)
			FUZZ_HOLDS(strcmp(offer.cert.spki, csr.spki) == 0);
		issued_certificate_release(&offer);
		json_decref(answer);
	}
	json_decref(body);
	csr_release(&csr);
}

static void commit(struct session *s)
{
	struct rotation_request rotation = { .job = "j", .execution = 1 };
	json_t *body = json_object(), *answer;
	enum status st = rotation_request_send(&rotation, s, "commit", body);

	while (st == GR_OK && (st = rotation_request_answer(&answer, &rotation)) == GR_OK)
		json_decref(answer);
	json_decref(body);
}

static void list(struct jobs *jobs)
{
	struct pending_list list;
	json_t *answer = NULL;

	if (pending_list_read(&list, &answer, jobs, NULL) == GR_NO)
		jobs_rejected(answer, "pending", false);
	for (size_t i = 0; i < list.count; i++)
		FUZZ_HOLDS(str_is_job(list.entry[i].job) && list.entry[i].number >= 1);
	pending_list_release(&list);
	json_decref(answer);
}

static void get(struct jobs *jobs, const char *job)
{
	struct execution execution;
	json_t *answer = NULL;
	enum status st = execution_query(&execution, &answer, jobs, job, NULL);

	if (st == GR_OK) {
		FUZZ_HOLDS(str_is_job(execution.job) && execution.status[0] &&
			   execution.number >= 1);
		execution_is_rotation(&execution);
		execution_query_print(&execution, answer, jobs);
	} else if (st == GR_NO && answer) {
		jobs_rejected(answer, job, jobs->json);
	}
	json_decref(answer);
}

static void update(struct jobs *jobs)
{
	json_t *answer = NULL;
	enum status st = jobs_ask(&answer, jobs, "j", "update", json_object(), NULL);

	if (st == GR_NO)
		jobs_rejected(answer, "j", true);
	else if (st == GR_OK)
		execution_survivor(
		    json_object_get(json_object_get(answer, "executionState"), "statusDetails"));
	if (st != GR_FAIL)
		json_decref(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jobs jobs = { .session = { .thing = "t", .timeout_ms = 1000, .link = -1 } };

	if (size == 0)
		return 0;
	service = (struct fuzz_parts){ data + 1, size - 1 };
	switch (data[0]) {
	case 'c': create(&jobs.session, false); break;
	case 'C': create(&jobs.session, true); break;
	case 'm': commit(&jobs.session); break;
	case 'l': list(&jobs); break;
	case 'g': get(&jobs, "j"); break;
	case 'n': get(&jobs, "$next"); break;
	case 'u': update(&jobs); break;
	}
	return 0;
}
