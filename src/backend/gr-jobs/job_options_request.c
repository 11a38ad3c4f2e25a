/* SPDX-License-Identifier: Apache-2.0 */
/* job_options_request.c - from members of the AWS IoT API to a request of the registry */
#include "complain.h"
#include "gr-jobs/job_options.h"
#include "json.h"

#include <string.h>

/* Which orders may have the member. What is not here they may not have. */
static const struct {
	const char *name;
	unsigned kinds;
} members[] = {
	{ "jobId", JOB_OPTIONS_JOB | JOB_OPTIONS_UPDATE },
	{ "jobTemplateId", JOB_OPTIONS_TEMPLATE }, { "targets", JOB_OPTIONS_JOB },
	{ "targetSelection", JOB_OPTIONS_JOB },
	{ "jobTemplateArn", JOB_OPTIONS_JOB },
	{ "document", JOB_OPTIONS_JOB | JOB_OPTIONS_TEMPLATE },
	{ "description", JOB_OPTIONS_JOB | JOB_OPTIONS_TEMPLATE | JOB_OPTIONS_UPDATE },
	/* of no use here, and taken from orders that were made for AWS */
	{ "presignedUrlConfig", JOB_OPTIONS_JOB | JOB_OPTIONS_TEMPLATE | JOB_OPTIONS_UPDATE }
};

static const json_t *member(const struct job_options *o, const char *name)
{
	const json_t *value = json_object_get(o->options, name);

	return value ? value : json_object_get(o->input, name);
}

static enum status check_member(const char *name, enum job_options_kind kind)
{
	if (job_config_is_block(name))
		return GR_OK;
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		if (strcmp(members[i].name, name) == 0 && (members[i].kinds & kind))
			return GR_OK;
	complain("%s: not supported here (InvalidRequest)", name);
	return GR_BAD;
}

static enum status check_members(const struct job_options *o, enum job_options_kind kind)
{
	const char *key;
	json_t *value;
	enum status st = GR_OK;

	json_object_foreach(o->input, key, value)
		if ((st = check_member(key, kind)) != GR_OK)
			return st;
	return st;
}

/* A text, or *to stays as it is. */
static enum status take_text(const char **to, const struct job_options *o, const char *name)
{
	const json_t *value = member(o, name);

	if (!value)
		return GR_OK;
	if (json_is_string(value) &&
	    strlen(json_string_value(value)) == json_string_length(value)) {
		*to = json_string_value(value);
		return GR_OK;
	}
	complain("%s: not a string (InvalidRequest)", name);
	return GR_BAD;
}

/* Targets that are named by options take the place of the file's. */
static enum status take_targets(struct job_options *o)
{
	const json_t *list = json_object_get(o->input, "targets");
	enum status st = GR_OK;

	if (!list || o->target_count > 0)
		return GR_OK;
	for (size_t i = 0; i < json_array_size(list) && st == GR_OK; i++) {
		const char *target = json_string_value(json_array_get(list, i));

		st = job_options_target(o, target ? target : "");
	}
	return st;
}

static enum status take_selection(bool *continuous, const struct job_options *o)
{
	const char *selection = "SNAPSHOT";
	enum status st = take_text(&selection, o, "targetSelection");

	*continuous = strcmp(selection, "CONTINUOUS") == 0;
	if (st != GR_OK || *continuous || strcmp(selection, "SNAPSHOT") == 0)
		return st;
	complain("targetSelection: not SNAPSHOT or CONTINUOUS (InvalidRequest)");
	return GR_BAD;
}

enum status job_options_request(struct job_request *q, struct job_options *o,
				enum job_options_kind kind, const char *id)
{
	const char *id_member = kind == JOB_OPTIONS_TEMPLATE ? "jobTemplateId" : "jobId";
	enum status st;

	*q = (struct job_request){ .targets = o->targets };
	if ((st = check_members(o, kind)) != GR_OK ||
	    (st = take_text(&q->id, o, id_member)) != GR_OK ||
	    (st = take_text(&q->document, o, "document")) != GR_OK ||
	    (st = take_text(&q->description, o, "description")) != GR_OK ||
	    (st = take_text(&q->template, o, "jobTemplateArn")) != GR_OK ||
	    (st = take_selection(&q->continuous, o)) != GR_OK || (st = take_targets(o)) != GR_OK)
		return st;
	if (id)
		q->id = id;
	if (!q->id) {
		complain("%s: is missing (InvalidRequest)", id_member);
		return GR_BAD;
	}
	json_decref(o->config);
	if (!(o->config = job_config_merge(o->input, o->options))) {
		complain("%s: out of memory", q->id);
		return GR_FAIL;
	}
	q->config = o->config;
	return GR_OK;
}
