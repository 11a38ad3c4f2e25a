/* SPDX-License-Identifier: Apache-2.0 */
/* execution.c - one job execution */
#include "gr-jobs-client/execution.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

const char *execution_status(const char *text)
{
	static const char *const known[] = {
		"QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "TIMED_OUT", "REJECTED", "REMOVED",
		"CANCELED"
	};

	for (size_t i = 0; text && i < sizeof known / sizeof known[0]; i++)
		if (strcmp(text, known[i]) == 0)
			return known[i];
	return "";
}

const char *execution_survivor(const json_t *details)
{
	const char *text = json_text(details, "survivor");

	if (!text)
		return "";
	return strcmp(text, "OLD") == 0 ? "OLD" : strcmp(text, "NEW") == 0 ? "NEW" : "";
}

/* An integer of at least least; other where there is none. False: there is something else. */
static bool read_number(json_int_t *number, const json_t *object, const char *member,
			json_int_t least, json_int_t other)
{
	const json_t *value = json_object_get(object, member);

	*number = value ? json_integer_value(value) : other;
	return !value || (json_is_integer(value) && *number >= least);
}

enum status execution_parse(struct execution *execution, const json_t *object, const char *thing)
{
	const char *job = json_text(object, "jobId"), *whose = json_text(object, "thingName");
	const char *operation = json_text(json_object_get(object, "jobDocument"), "operation");
	struct execution e = { .status = execution_status(json_text(object, "status")) };

	if (!job || !str_is_job(job) || !str_copy(e.job, sizeof e.job, job) || e.status[0] == '\0')
		return GR_NO;
	if (whose && strcmp(whose, thing) != 0)
		return GR_NO;
	if (!read_number(&e.number, object, "executionNumber", 1, 1) ||
	    !read_number(&e.version, object, "versionNumber", 0, 0) ||
	    !read_number(&e.seconds_left, object, "approximateSecondsBeforeTimedOut", 0, -1) ||
	    !read_number(&e.queued_at, object, "queuedAt", 0, 0) ||
	    !read_number(&e.updated_at, object, "lastUpdatedAt", 0, 0))
		return GR_NO;
	if (operation && str_is_name(operation, sizeof e.operation - 1, "_-"))
		str_copy(e.operation, sizeof e.operation, operation);
	e.survivor = execution_survivor(json_object_get(object, "statusDetails"));
	*execution = e;
	return GR_OK;
}

bool execution_is_rotation(const struct execution *execution)
{
	return strcmp(execution->operation, "ROTATE_CERTIFICATE") == 0;
}

void execution_print(const struct execution *e, const json_t *body)
{
	const json_t *ours = json_object_get(body, "certificateRotator");
	const char *survivor = e->survivor[0] ? e->survivor : execution_survivor(ours);

	printf("jobId=%s\nstatus=%s\n", e->job, e->status);
	printf("executionNumber=%" JSON_INTEGER_FORMAT "\nversionNumber=%" JSON_INTEGER_FORMAT
	       "\n",
	       e->number, e->version);
	if (e->seconds_left >= 0)
		printf("secondsLeft=%" JSON_INTEGER_FORMAT "\n", e->seconds_left);
	else
		puts("secondsLeft=");
	printf("operation=%s\n", e->operation);
	printf("queuedAt=%" JSON_INTEGER_FORMAT "\nlastUpdatedAt=%" JSON_INTEGER_FORMAT "\n",
	       e->queued_at, e->updated_at);
	printf("timestamp=%" JSON_INTEGER_FORMAT "\n", json_number(body, "timestamp", 0));
	if (survivor[0] != '\0')
		printf("survivor=%s\n", survivor);
	printf("idempotent=%s\n",
	       json_is_true(json_object_get(ours, "idempotent")) ? "true" : "false");
}
