/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_request.c - create and commit */
#include "session/rotation_request.h"
#include "complain.h"

#include <string.h>

enum status rotation_request_send(struct rotation_request *rotation, struct session *session,
				  const char *verb, json_t *body)
{
	char topic[TOPIC_MAX];
	enum status st;

	if (json_object_set_new(body, "jobId", json_string(rotation->job)) != 0 ||
	    json_object_set_new(body, "executionNumber", json_integer(rotation->execution)) != 0) {
		complain("%s: out of memory", rotation->job);
		return GR_FAIL;
	}
	topic_certificate(topic, session->thing, verb);
	st = request_init(&rotation->request, session, topic);
	return st == GR_OK ? request_send(&rotation->request, body) : st;
}

static bool is_for(const json_t *answer, const struct rotation_request *rotation)
{
	const json_t *job = json_object_get(answer, "jobId"),
		     *number = json_object_get(answer, "executionNumber");

	if (job && (!json_is_string(job) || strcmp(json_string_value(job), rotation->job) != 0))
		return false;
	return !number ||
	    (json_is_integer(number) && json_integer_value(number) == rotation->execution);
}

enum status rotation_request_answer(json_t **answer, struct rotation_request *rotation)
{
	const char *reason;
	enum status st;

	while ((st = request_answer(answer, &rotation->request)) != GR_FAIL &&
	       !is_for(*answer, rotation))
		json_decref(*answer);
	if (st != GR_NO)
		return st;
	reason = json_text(*answer, "errorMsg");
	if (json_is_true(json_object_get(*answer, "retry")))
		st = GR_FAIL;
	complain("%s: %s: %s", rotation->job, st == GR_FAIL ? "not yet" : "rejected",
		 reason ? reason : "no reason given");
	json_decref(*answer);
	return st;
}
