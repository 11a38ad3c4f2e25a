/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters.h - how the executions of a job stand; counted as they move, so that reading it costs
 * the same for any job.
 */
#ifndef GR_REGISTRY_COUNTERS_H
#define GR_REGISTRY_COUNTERS_H

#include "registry/execution.h"

/*
 * By enum execution_status: how many stand so, and how many ever did. Attempts of one thing count
 * apart, as in AWS IoT.
 */
struct counters {
	int64_t count[EXECUTION_STATUS_COUNT], ever[EXECUTION_STATUS_COUNT];
};
/* job "": all jobs together, those that were deleted among ever. */
enum status counters_read(struct counters *counters, struct db *db, const char *job);
int64_t counters_total(const struct counters *counters);
/* QUEUED and IN_PROGRESS. */
int64_t counters_open(const struct counters *counters);

#endif
