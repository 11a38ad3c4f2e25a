/* SPDX-License-Identifier: Apache-2.0 */
/* job_config.c - the configuration blocks of a job */
#include "registry/job_config.h"
#include "base/utc.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

#define RETRY "jobExecutionsRetryConfig"
#define ROLLOUT "jobExecutionsRolloutConfig"
#define ABORT "abortConfig"
#define TIMEOUT "timeoutConfig"
#define SCHEDULE "schedulingConfig"

enum { TIMEOUT_MAX = 10080, RETRIES_MAX = 10, TIME_TEXT_MAX = 64, LEAD_MINUTES = 30 };
static const int64_t day_ms = 86400000;

static const char *const blocks_known[] = { TIMEOUT, ROLLOUT, ABORT, RETRY, SCHEDULE };
static const char *const failures[] = {
	[FAILURE_FAILED] = "FAILED", [FAILURE_REJECTED] = "REJECTED",
	[FAILURE_TIMED_OUT] = "TIMED_OUT", [FAILURE_ALL] = "ALL"
};
static const char *const behaviors[] = {
	[END_STOP_ROLLOUT] = "STOP_ROLLOUT", [END_CANCEL] = "CANCEL",
	[END_FORCE_CANCEL] = "FORCE_CANCEL"
};

const char *failure_type_name(enum failure_type type)
{
	return failures[type];
}

static size_t find(const char *const names[], size_t count, const char *name)
{
	size_t i = 0;

	while (i < count && (!name || strcmp(names[i], name) != 0))
		i++;
	return i;
}

enum failure_type failure_type_find(const char *name)
{
	return (enum failure_type)find(failures, FAILURE_TYPE_COUNT, name);
}

bool job_config_is_block(const char *name)
{
	return find(blocks_known, sizeof blocks_known / sizeof blocks_known[0], name) <
	    sizeof blocks_known / sizeof blocks_known[0];
}

static bool no(char why[static CONFIG_WHY_MAX], const char *member, const char *text)
{
	str_format(why, CONFIG_WHY_MAX, "%s: %s", member, text);
	return false;
}

/*
 * A member that we do not know is a slip of the pen, or wants something that would not happen.
 * names ends with NULL.
 */
static bool has_only(const json_t *o, const char *block, const char *const names[],
		     char why[static CONFIG_WHY_MAX])
{
	const char *key;
	json_t *value;
	size_t count = 0;

	if (!json_is_object(o))
		return no(why, block, "not an object");
	while (names[count])
		count++;
	json_object_foreach((json_t *)o, key, value) {
		if (find(names, count, key) < count)
			continue;
		snprintf(why, CONFIG_WHY_MAX, "%s: has no member %.64s here", block, key);
		return false;
	}
	return true;
}

/* A missing one leaves *to as it is. */
static bool take_number(int64_t *to, const json_t *o, const char *name, int64_t min, int64_t max,
			char why[static CONFIG_WHY_MAX])
{
	const json_t *value = json_object_get(o, name);

	if (!value)
		return true;
	if (json_is_integer(value) && json_integer_value(value) >= min &&
	    json_integer_value(value) <= max) {
		*to = json_integer_value(value);
		return true;
	}
	snprintf(why, CONFIG_WHY_MAX, "%s: not a number from %lld to %lld", name, (long long)min,
		 (long long)max);
	return false;
}

/* The same with decimals, of which scale leaves none: 1.5 with scale 10 gives 15. */
static bool take_decimal(int64_t *to, const json_t *o, const char *name, double min, double max,
			 int scale, char why[static CONFIG_WHY_MAX])
{
	const json_t *value = json_object_get(o, name);
	double scaled = json_number_value(value) * scale, rest;

	if (json_is_number(value) && scaled >= min * scale && scaled <= max * scale) {
		*to = (int64_t)(scaled + 0.5);
		rest = scaled - (double)*to;
		if (rest < 1e-6 && rest > -1e-6)
			return true;
	}
	snprintf(why, CONFIG_WHY_MAX, "%s: not a number from %g to %g with at most %d decimal(s)",
		 name, min, max, scale == 10 ? 1 : 2);
	return false;
}

static bool take_failure(enum failure_type *to, const json_t *o, char why[static CONFIG_WHY_MAX])
{
	*to = failure_type_find(json_string_value(json_object_get(o, "failureType")));
	return *to < FAILURE_TYPE_COUNT ||
	    no(why, "failureType", "not FAILED, REJECTED, TIMED_OUT or ALL");
}

static bool read_timeout(struct job_config *c, const json_t *block,
			 char why[static CONFIG_WHY_MAX])
{
	static const char *const names[] = { "inProgressTimeoutInMinutes", NULL };

	return has_only(block, TIMEOUT, names, why) &&
	    take_number(&c->timeout_minutes, block, names[0], 1, TIMEOUT_MAX, why);
}

static bool read_exponential(struct job_config *c, const json_t *o,
			     char why[static CONFIG_WHY_MAX])
{
	static const char *const names[] = { "baseRatePerMinute", "incrementFactor",
					     "rateIncreaseCriteria", NULL };
	static const char *const criteria[] = { "numberOfNotifiedThings",
						"numberOfSucceededThings", NULL };
	const json_t *increase = json_object_get(o, "rateIncreaseCriteria");

	if (!has_only(o, "exponentialRate", names, why) ||
	    !take_number(&c->rollout.base, o, "baseRatePerMinute", 1, INT32_MAX, why) ||
	    !take_decimal(&c->rollout.factor, o, "incrementFactor", 1.1, 5, 10, why) ||
	    !has_only(increase, names[2], criteria, why) ||
	    !take_number(&c->rollout.notified, increase, criteria[0], 1, INT32_MAX, why) ||
	    !take_number(&c->rollout.succeeded, increase, criteria[1], 1, INT32_MAX, why))
		return false;
	if (!c->rollout.base)
		return no(why, "baseRatePerMinute", "is missing");
	return c->rollout.notified || c->rollout.succeeded ||
	    no(why, names[2], "names neither notified nor succeeded things");
}

static bool read_rollout(struct job_config *c, const json_t *block,
			 char why[static CONFIG_WHY_MAX])
{
	static const char *const names[] = { "maximumPerMinute", "exponentialRate", NULL };
	const json_t *exponential = json_object_get(block, "exponentialRate");

	return has_only(block, ROLLOUT, names, why) &&
	    take_number(&c->rollout.maximum, block, names[0], 1, INT32_MAX, why) &&
	    (!exponential || read_exponential(c, exponential, why));
}

static bool read_abort_criterion(struct job_config *c, const json_t *o,
				 char why[static CONFIG_WHY_MAX])
{
	static const char *const names[] = { "failureType", "action", "thresholdPercentage",
					     "minNumberOfExecutedThings", NULL };
	struct abort_criterion *a = &c->abort[c->abort_count++];
	const char *action = json_string_value(json_object_get(o, "action"));

	if (!has_only(o, ABORT, names, why) || !take_failure(&a->type, o, why) ||
	    !take_decimal(&a->threshold, o, names[2], 0, 100, 100, why) ||
	    !take_number(&a->minimum, o, names[3], 1, INT32_MAX, why))
		return false;
	if (!action || strcmp(action, "CANCEL") != 0)
		return no(why, "action", "not CANCEL");
	return a->minimum || no(why, names[3], "is missing");
}

static bool read_retry_criterion(struct job_config *c, const json_t *o,
				 char why[static CONFIG_WHY_MAX])
{
	static const char *const names[] = { "failureType", "numberOfRetries", NULL };
	struct retry_criterion *r = &c->retry[c->retry_count++];

	if (!has_only(o, RETRY, names, why) || !take_failure(&r->type, o, why) ||
	    !take_number(&r->retries, o, names[1], 0, RETRIES_MAX, why))
		return false;
	if (r->type == FAILURE_REJECTED)
		return no(why, "failureType", "an execution that was REJECTED is never retried");
	return json_object_get(o, names[1]) || no(why, names[1], "is missing");
}

static bool read_criteria(struct job_config *c, const json_t *block, const char *name, size_t max,
			  bool (*read)(struct job_config *, const json_t *,
				       char[static CONFIG_WHY_MAX]),
			  char why[static CONFIG_WHY_MAX])
{
	static const char *const names[] = { "criteriaList", NULL };
	const json_t *list = json_object_get(block, "criteriaList");
	size_t count = json_array_size(list);

	if (!has_only(block, name, names, why))
		return false;
	if (count == 0 || count > max) {
		snprintf(why, CONFIG_WHY_MAX, "%s.criteriaList: not a list of 1 to %zu criteria",
			 name, max);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (!read(c, json_array_get(list, i), why))
			return false;
	return true;
}

static bool read_abort(struct job_config *c, const json_t *block, char why[static CONFIG_WHY_MAX])
{
	return read_criteria(c, block, ABORT, ABORT_CRITERIA_MAX, read_abort_criterion, why);
}

static bool read_retry(struct job_config *c, const json_t *block, char why[static CONFIG_WHY_MAX])
{
	if (!read_criteria(c, block, RETRY, RETRY_CRITERIA_MAX, read_retry_criterion, why))
		return false;
	if (c->retry_count < 2)
		return true;
	if (c->retry[0].type == c->retry[1].type || c->retry[0].type == FAILURE_ALL ||
	    c->retry[1].type == FAILURE_ALL)
		return no(why, RETRY, "two criteria for one failureType");
	return c->retry[0].retries + c->retry[1].retries <= RETRIES_MAX ||
	    no(why, RETRY, "more than 10 retries in all");
}

static bool take_time(int64_t *to, const json_t *o, const char *name,
		      char why[static CONFIG_WHY_MAX])
{
	const json_t *value = json_object_get(o, name);
	const char *text = json_string_value(value);

	if (!value || (text && strlen(text) <= TIME_TEXT_MAX && utc_parse(to, text)))
		return true;
	return no(why, name, "not a time (UTC) as in 2026-11-02T02:00");
}

static bool read_schedule(struct job_config *c, const json_t *block,
			  char why[static CONFIG_WHY_MAX])
{
	static const char *const names[] = { "startTime", "endTime", "endBehavior", NULL };
	const json_t *behavior = json_object_get(block, names[2]);

	if (json_object_get(block, "maintenanceWindows"))
		return no(why, "maintenanceWindows",
			  "recurring windows are not supported; startTime and endTime are");
	if (!has_only(block, SCHEDULE, names, why) ||
	    !take_time(&c->start, block, names[0], why) ||
	    !take_time(&c->end, block, names[1], why))
		return false;
	if (!behavior)
		return true;
	c->end_behavior = (enum end_behavior)find(behaviors, END_BEHAVIOR_COUNT,
						  json_string_value(behavior));
	if (c->end_behavior == END_BEHAVIOR_COUNT)
		return no(why, names[2], "not STOP_ROLLOUT, CANCEL or FORCE_CANCEL");
	return c->end || no(why, names[2], "means nothing without endTime");
}

bool job_config_read(struct job_config *c, const json_t *blocks, char why[static CONFIG_WHY_MAX])
{
	static const struct {
		const char *name;
		bool (*read)(struct job_config *, const json_t *, char[static CONFIG_WHY_MAX]);
	} readers[] = {
		{ TIMEOUT, read_timeout }, { ROLLOUT, read_rollout }, { ABORT, read_abort },
		{ RETRY, read_retry }, { SCHEDULE, read_schedule }
	};

	*c = (struct job_config){ 0 };
	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
		const json_t *block = json_object_get(blocks, readers[i].name);

		if (block && !readers[i].read(c, block, why))
			return false;
	}
	return true;
}

static bool check_rate(int64_t rate, const char *name, int64_t ceiling,
		       char why[static CONFIG_WHY_MAX])
{
	if (ceiling == 0 || rate <= ceiling)
		return true;
	snprintf(why, CONFIG_WHY_MAX, "%s: not a number from 1 to %lld, the backend's ceiling",
		 name, (long long)ceiling);
	return false;
}

bool job_config_check(const struct job_config *c, int64_t ceiling, int64_t minute_ms, int64_t now,
		      char why[static CONFIG_WHY_MAX])
{
	int64_t lead = LEAD_MINUTES * minute_ms;

	if (!check_rate(c->rollout.maximum, "maximumPerMinute", ceiling, why) ||
	    !check_rate(c->rollout.base, "baseRatePerMinute", ceiling, why))
		return false;
	if (c->start && (c->start < now + lead || c->start > now + 365 * day_ms))
		return no(why, "startTime", "not between 30 minutes and a year from now");
	if (c->end &&
	    (c->end < (c->start ? c->start : now) + lead || c->end > now + 2 * 365 * day_ms))
		return no(why, "endTime",
			  "not between 30 minutes after the start and two years from now");
	return true;
}

/* A rate and its growth are asked for one by one, so that one stays when the other is given. */
static json_t *merge_rollout(const json_t *under, const json_t *over)
{
	json_t *both = json_copy((json_t *)under);

	if (both && json_object_update(both, (json_t *)over) == 0)
		return both;
	json_decref(both);
	return NULL;
}

static int set_block(json_t *merged, const char *name, const json_t *under, const json_t *over)
{
	json_t *below = json_object_get(under, name), *above = json_object_get(over, name);

	if (strcmp(name, ROLLOUT) == 0 && json_is_object(below) && json_is_object(above))
		return json_object_set_new(merged, name, merge_rollout(below, above));
	if (!above)
		above = below;
	return above ? json_object_set(merged, name, above) : 0;
}

json_t *job_config_merge(const json_t *under, const json_t *over)
{
	json_t *merged = json_object();

	for (size_t i = 0; merged && i < sizeof blocks_known / sizeof blocks_known[0]; i++)
		if (set_block(merged, blocks_known[i], under, over) != 0) {
			json_decref(merged);
			merged = NULL;
		}
	return merged;
}
