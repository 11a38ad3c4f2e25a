/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rotation_request.h - the two questions a device asks the rotation backend: create and commit
 * (gr-protocol(7)).
 */
#ifndef GR_SESSION_ROTATION_REQUEST_H
#define GR_SESSION_ROTATION_REQUEST_H

#include <stdint.h>

#include "session/request.h"

struct rotation_request {
	const char *job;
	uint32_t execution;
	struct request request;
};

/*
 * Sends body to the topic of verb, "create" or "commit". The body stays the caller's; jobId and
 * executionNumber are set in it.
 */
enum status rotation_request_send(struct rotation_request *rotation, struct session *session,
				  const char *verb, json_t *body);
/*
 * Waits for the next answer for this job and execution; a backend may leave these members out.
 * GR_OK: accepted (json_decref *answer). GR_NO, one line: rejected. GR_FAIL, one line: rejected
 * for now ("retry"), or no answer.
 */
enum status rotation_request_answer(json_t **answer, struct rotation_request *rotation);

#endif
