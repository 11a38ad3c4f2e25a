/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters.h - how many executions of a job are in each status; counted as they change, so that
 * reading costs the same for any job.
 */
#ifndef GR_REGISTRY_COUNTERS_H
#define GR_REGISTRY_COUNTERS_H

#include "registry/execution.h"

/*
 * By enum execution_status: how many have that status now, and how many ever had it. Each attempt
 * of a thing counts, as in AWS IoT.
 */
struct counters {
	int64_t count[EXECUTION_STATUS_COUNT], ever[EXECUTION_STATUS_COUNT];
};
/*
 * Reads the counters of a job; "": of all jobs together, where ever includes jobs that were
 * deleted.
 */
enum status counters_read(struct counters *counters, struct db *db, const char *job);
int64_t counters_total(const struct counters *counters);
/* Returns how many are QUEUED or IN_PROGRESS. */
int64_t counters_open(const struct counters *counters);

#endif
