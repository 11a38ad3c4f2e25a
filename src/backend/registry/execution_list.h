/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execution_list.h - executions as an operator lists them. On GR_FAIL one line has been written; a
 * status of each other than GR_OK ends the list and is returned.
 */
#ifndef GR_REGISTRY_EXECUTION_LIST_H
#define GR_REGISTRY_EXECUTION_LIST_H

#include "registry/db.h"

struct execution_row {
	int64_t id, number, attempt;
	const char *job, *thing, *status;
	const char *details;		/* statusDetails, a JSON object */
	const char *reason;		/* DeviceFailureReason of these; "": none */
	int64_t queued, started, updated;	/* ms; started 0: not yet */
};
struct execution_query {
	const char *job, *thing;	/* one of them; the other is NULL */
	const char *status;		/* "": any */
	int64_t after, limit;		/* after: only ids above it; limit -1: all */
};
/* Calls each for the executions of a job or a thing, in order of id. */
enum status execution_list(struct db *db, const struct execution_query *query,
			   enum status (*each)(void *arg, const struct execution_row *row),
			   void *arg);

struct execution_failure {
	const char *thing, *job, *status;
	const char *reason;	/* DeviceFailureReason; "" or "no reason given": none */
	int64_t times, updated;	/* updated: ms, of the newest one */
};
/* Lists the newest failures of a job, the newest first; times is 1. */
enum status execution_list_failures(
    struct db *db, const char *job, int limit,
    enum status (*each)(void *arg, const struct execution_failure *failure), void *arg);
/*
 * Lists the failures of all jobs since a time, in ms: one row for each reason and status, with its
 * newest execution, the most frequent first.
 */
enum status execution_list_reasons(
    struct db *db, int64_t since, int limit,
    enum status (*each)(void *arg, const struct execution_failure *failure), void *arg);
/* Counts the executions of a job that were tried again. */
enum status execution_count_retries(int64_t *count, struct db *db, const char *job);

#endif
