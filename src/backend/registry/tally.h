/* SPDX-License-Identifier: Apache-2.0 */
/* tally.h - how the executions of a job stand; counted as they move, so that reading it costs the same for any job. */
#ifndef GR_TALLY_H
#define GR_TALLY_H

#include "registry/execution.h"

/* By enum execution_status: how many stand so, and how many ever did. Attempts of one thing count apart, as in AWS IoT. */
struct tally {
	int64_t count[EXECUTION_STATUS_COUNT], ever[EXECUTION_STATUS_COUNT];
};
/* job "": all jobs together, those that were deleted among ever. */
enum status tally_read(struct tally *tally, struct db *db, const char *job);
int64_t tally_total(const struct tally *tally);
/* QUEUED and IN_PROGRESS. */
int64_t tally_open(const struct tally *tally);

#endif
