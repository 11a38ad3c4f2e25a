/* SPDX-License-Identifier: Apache-2.0 */
/* job_options.c - what an operator asks for */
#include "gr-jobs/job_options.h"
#include "complain.h"
#include "file.h"
#include "json.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_MAX = 262144, PART_MAX = 64 };

void job_options_release(struct job_options *o)
{
	json_decref(o->options);
	json_decref(o->input);
	json_decref(o->config);
	*o = (struct job_options){ 0 };
}

enum status job_options_set(struct job_options *o, const char *member, json_t *value)
{
	if (!o->options)
		o->options = json_object();
	if (value && json_object_set_new(o->options, member, value) == 0)
		return GR_OK;
	complain("%s: not UTF-8, or out of memory (InvalidRequest)", member);
	return GR_BAD;
}

/* One more criterion, after those of the same option before it. */
static enum status add_criterion(struct job_options *o, const char *name, json_t *criterion)
{
	json_t *list = json_object_get(json_object_get(o->options, name), "criteriaList");

	if (!list)
		return job_options_set(o, name, json_pack("{s:[o]}", "criteriaList", criterion));
	return json_array_append_new(list, criterion) == 0 ? GR_OK : GR_FAIL;
}

/* Part of the rollout's block, which two options share. */
static enum status set_rollout(struct job_options *o, const char *member, json_t *value)
{
	static const char *const name = "jobExecutionsRolloutConfig";
	json_t *rollout = json_object_get(o->options, name);

	if (!rollout)
		return job_options_set(o, name, json_pack("{s:o}", member, value));
	return json_object_set_new(rollout, member, value) == 0 ? GR_OK : GR_FAIL;
}

/* The next part of text, up to a colon; text moves on, to "" after the last. */
static bool take_part(char part[static PART_MAX], const char **text)
{
	size_t len = strcspn(*text, ":");

	if (len == 0 || !str_format(part, PART_MAX, "%.*s", (int)len, *text))
		return false;
	*text += len + ((*text)[len] == ':');
	return true;
}

static bool is_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static enum status bad(const char *option, const char *text, const char *shape)
{
	complain("%s: %s: not %s", option, text, shape);
	return GR_BAD;
}

static enum status take_abort(struct job_options *o, const char *text)
{
	const char *rest = text;
	char percent[PART_MAX], min[PART_MAX], type[PART_MAX] = "ALL";
	double threshold, minimum;

	if (!take_part(percent, &rest) || !is_number(percent, &threshold) ||
	    !take_part(min, &rest) || !is_number(min, &minimum) ||
	    (*rest && !take_part(type, &rest)) || *rest)
		return bad("--abort-at", text, "PERCENT:MIN[:TYPE], as in 10:20:FAILED");
	return add_criterion(o, "abortConfig",
			     json_pack("{s:s, s:s, s:f, s:I}", "failureType", type, "action",
				       "CANCEL", "thresholdPercentage", threshold,
				       "minNumberOfExecutedThings", (json_int_t)minimum));
}

static enum status take_retries(struct job_options *o, const char *text)
{
	const char *rest = text;
	char number[PART_MAX], type[PART_MAX] = "ALL";
	double retries;

	if (!take_part(number, &rest) || !is_number(number, &retries) ||
	    (*rest && !take_part(type, &rest)) || *rest)
		return bad("--retries", text, "N[:TYPE], as in 2:TIMED_OUT");
	return add_criterion(o, "jobExecutionsRetryConfig",
			     json_pack("{s:s, s:I}", "failureType", type, "numberOfRetries",
				       (json_int_t)retries));
}

static enum status take_growth(struct job_options *o, const char *text)
{
	const char *rest = text, *name;
	char base[PART_MAX], factor[PART_MAX], criterion[PART_MAX];
	double start, growth, things;
	json_t *increase = json_object();

	if (!take_part(base, &rest) || !is_number(base, &start) || !take_part(factor, &rest) ||
	    !is_number(factor, &growth) || *rest == '\0') {
		json_decref(increase);
		return bad("--growth", text, "BASE:FACTOR:CRITERION, as in 10:1.5:succeeded=50");
	}
	while (take_part(criterion, &rest)) {
		name = strncmp(criterion, "succeeded=", 10) == 0 ? "numberOfSucceededThings"
		    : strncmp(criterion, "notified=", 9) == 0	 ? "numberOfNotifiedThings"
								 : NULL;
		if (!name || !is_number(strchr(criterion, '=') + 1, &things)) {
			json_decref(increase);
			return bad("--growth", criterion, "succeeded=N or notified=N");
		}
		json_object_set_new(increase, name, json_integer((json_int_t)things));
	}
	return set_rollout(o, "exponentialRate",
			   json_pack("{s:I, s:f, s:o}", "baseRatePerMinute", (json_int_t)start,
				     "incrementFactor", growth, "rateIncreaseCriteria", increase));
}

enum status job_options_schedule(struct job_options *o, const char *text)
{
	static const char *const names[] = { "startTime", "endTime", "endBehavior" };
	json_t *schedule = json_object();
	size_t i = 0;

	for (const char *rest = text; i < 3; i++, rest++) {
		size_t len = strcspn(rest, "/");

		if (len > 0)
			json_object_set_new(schedule, names[i], json_stringn(rest, len));
		rest += len;
		if (*rest == '\0')
			return job_options_set(o, "schedulingConfig", schedule);
	}
	json_decref(schedule);
	return bad("--schedule", text,
		   "START[/END[/BEHAVIOR]], as in 2026-11-02T02:00/2026-11-02T06:00/CANCEL");
}

static enum status take_rate(struct job_options *o, const char *text)
{
	uint32_t rate;
	enum status st = arg_u32(&rate, "--rate", text);

	return st == GR_OK ? set_rollout(o, "maximumPerMinute", json_integer(rate)) : st;
}

static enum status take_timeout(struct job_options *o, const char *text)
{
	uint32_t minutes;
	enum status st = arg_range(&minutes, "--timeout", text, 1, 10080);

	return st == GR_OK ? job_options_set(o, "timeoutConfig",
					     json_pack("{s:I}", "inProgressTimeoutInMinutes",
						       (json_int_t)minutes))
			   : st;
}

static enum status read_file(char **text, const char *path, size_t max)
{
	size_t len = 0;
	enum status st = file_read(text, &len, path, max);

	if (st == GR_NO)
		complain("%s: no such file", path);
	if (st != GR_OK)
		return st == GR_NO ? GR_BAD : st;
	if (strlen(*text) == len)
		return GR_OK;
	complain("%s: holds a NUL byte", path);
	free(*text);
	return GR_BAD;
}

static enum status take_document(struct job_options *o, const char *path)
{
	char *text = NULL;
	enum status st = read_file(&text, path, JOB_DOCUMENT_MAX);

	if (st != GR_OK)
		return st;
	st = job_options_set(o, "document", json_string(text));
	free(text);
	return st;
}

static enum status take_input(struct job_options *o, const char *path)
{
	char *text = NULL;
	enum status st = read_file(&text, path, INPUT_MAX);

	if (st != GR_OK)
		return st;
	json_decref(o->input);
	o->input = json_object_parse(text, strlen(text));
	free(text);
	if (o->input)
		return GR_OK;
	complain("%s: not a JSON object", path);
	return GR_BAD;
}

/* An ARN names its resource at its end: "arn:aws:iot:R:A:thing/T". */
enum status job_options_target(struct job_options *o, const char *text)
{
	const char *slash = strncmp(text, "arn:", 4) == 0 ? strchr(text, '/') : NULL;

	while (slash && slash > text && slash[-1] != ':')
		slash--;
	if (o->target_count == JOB_TARGETS_MAX) {
		complain("--target: more than %d (InvalidRequest)", JOB_TARGETS_MAX);
		return GR_BAD;
	}
	o->targets[o->target_count++] = slash ? slash : text;
	return GR_OK;
}

/* The list is taken apart where it stands, in our own argument vector. */
static enum status add_target_list(struct job_options *o, char *list)
{
	enum status st = GR_OK;

	for (char *end; st == GR_OK && list; list = end) {
		if ((end = strchr(list, ',')))
			*end++ = '\0';
		st = job_options_target(o, list);
	}
	return st;
}

enum status job_options_option(struct job_options *o, int ch)
{
	switch (ch) {
	case 'i': return take_input(o, optarg);
	case 'd': return take_document(o, optarg);
	case 'D': return job_options_set(o, "description", json_string(optarg));
	case 'T': return take_timeout(o, optarg);
	case 'r': return take_rate(o, optarg);
	case 'g': return take_growth(o, optarg);
	case 'a': return take_abort(o, optarg);
	case 'R': return take_retries(o, optarg);
	case 't': return job_options_target(o, optarg);
	case JOB_OPTIONS_TARGET_LIST: return add_target_list(o, optarg);
	default: return GR_NO;
	}
}

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
	if ((st = check_members(o, kind)) != GR_OK)
		return st;
	if ((st = take_text(&q->id, o, id_member)) != GR_OK)
		return st;
	if ((st = take_text(&q->document, o, "document")) != GR_OK)
		return st;
	if ((st = take_text(&q->description, o, "description")) != GR_OK)
		return st;
	if ((st = take_text(&q->template, o, "jobTemplateArn")) != GR_OK)
		return st;
	if ((st = take_selection(&q->continuous, o)) != GR_OK)
		return st;
	if ((st = take_targets(o)) != GR_OK)
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
