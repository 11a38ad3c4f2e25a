/* SPDX-License-Identifier: Apache-2.0 */
/* serializer.c - executions as the device API shows them; times are whole seconds there */
#include "jobs/serializer.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

static void set_number(json_t *o, const char *name, int64_t value)
{
	json_object_set_new(o, name, json_integer(value));
}

json_t *serializer_summary(const struct execution *x)
{
	json_t *o = json_pack("{s:s, s:I, s:I}", "jobId", x->job, "queuedAt",
			      (json_int_t)(x->queued / 1000), "lastUpdatedAt",
			      (json_int_t)(x->updated / 1000));

	if (o && x->started)
		set_number(o, "startedAt", x->started / 1000);
	if (o) {
		set_number(o, "versionNumber", x->version);
		set_number(o, "executionNumber", x->number);
	}
	return o;
}

/* Empty statusDetails are left out, as the service does. */
static void set_details(json_t *o, const char *details)
{
	json_t *map = json_object_parse(details, strlen(details));

	if (map && json_object_size(map) > 0)
		json_object_set(o, "statusDetails", map);
	json_decref(map);
}

json_t *serializer_state(const struct execution *x, const char *details)
{
	json_t *o = json_pack("{s:s, s:I}", "status", execution_status_name(x->status),
			      "versionNumber", (json_int_t)x->version);

	if (o)
		set_details(o, details);
	return o;
}

static int64_t seconds_left(const struct execution *x, int64_t now)
{
	int64_t at = x->deadline;

	if (x->step_deadline && (!at || x->step_deadline < at))
		at = x->step_deadline;
	return at <= now ? 0 : (at - now) / 1000;
}

json_t *serializer_execution(const struct execution *x, const char *details, const char *document,
			bool with_thing, int64_t timer_now)
{
	json_t *o = serializer_summary(x);

	if (!o)
		return NULL;
	json_object_set_new(o, "status", json_string(execution_status_name(x->status)));
	set_details(o, details);
	if (with_thing)
		json_object_set_new(o, "thingName", json_string(x->thing));
	if ((x->deadline || x->step_deadline) && !execution_is_terminal(x->status))
		set_number(o, "approximateSecondsBeforeTimedOut", seconds_left(x, timer_now));
	if (document)
		json_object_set_new(o, "jobDocument",
				    json_object_parse(document, strlen(document)));
	return o;
}
