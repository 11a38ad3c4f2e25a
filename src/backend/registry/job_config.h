/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_config.h - how a job is carried out: time-out, rollout, abort, retries, schedule.
 *
 * The blocks are those of CreateJob (AWS IoT API), and the registry keeps them as the JSON that
 * they came as. Nothing here complains: *why gets one sentence that names the member.
 */
#ifndef GR_REGISTRY_JOB_CONFIG_H
#define GR_REGISTRY_JOB_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ABORT_CRITERIA_MAX = 16, RETRY_CRITERIA_MAX = 2, CONFIG_WHY_MAX = 200 };

enum failure_type {
	FAILURE_FAILED,
	FAILURE_REJECTED,
	FAILURE_TIMED_OUT,
	FAILURE_ALL,
	FAILURE_TYPE_COUNT
};
const char *failure_type_name(enum failure_type type);
/* Finds the type of that name. FAILURE_TYPE_COUNT: there is none. */
enum failure_type failure_type_find(const char *name);

enum end_behavior { END_STOP_ROLLOUT, END_CANCEL, END_FORCE_CANCEL, END_BEHAVIOR_COUNT };

struct job_config {
	int64_t timeout_minutes;		/* inProgressTimeoutInMinutes; 0: none */
	struct {
		int64_t maximum;		/* things a minute; 0: not given */
		int64_t base;			/* things a minute; 0: the rate is constant */
		int64_t factor;			/* incrementFactor in tenths */
		/* things that raise the rate once more; 0: not given */
		int64_t notified, succeeded;
	} rollout;
	struct abort_criterion {
		enum failure_type type;
		int64_t threshold;		/* in hundredths of a percent */
		int64_t minimum;		/* executions that must have ended */
	} abort[ABORT_CRITERIA_MAX];
	size_t abort_count;
	struct retry_criterion {
		enum failure_type type;
		int64_t retries;
	} retry[RETRY_CRITERIA_MAX];
	size_t retry_count;
	int64_t start, end;			/* ms since the epoch; 0: none */
	enum end_behavior end_behavior;
};

/* Tells whether name is one of the blocks. */
bool job_config_is_block(const char *name);
/* Reads an object of blocks. False: they are not what CreateJob takes. */
bool job_config_read(struct job_config *c, const json_t *blocks, char why[static CONFIG_WHY_MAX]);
/*
 * Checks what CreateJob demands besides: rates up to ceiling (0: any), and a schedule that is
 * neither too soon nor too late.
 */
bool job_config_check(const struct job_config *c, int64_t ceiling, int64_t minute_ms, int64_t now,
		      char why[static CONFIG_WHY_MAX]);
/*
 * Merges the blocks of both; where both have one, that of over counts. Of the rollout's block its
 * members are merged that way: a rate does not take away the growth. under may be NULL. NULL:
 * out of memory.
 */
json_t *job_config_merge(const json_t *under, const json_t *over);

#endif
