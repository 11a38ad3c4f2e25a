/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h - the messages that the Jobs service sends without a request: notify and notify-next to
 * a thing, and events of jobs and executions.
 *
 * All are put into the outbox, in the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_EVENTS_H
#define GR_JOBS_EVENTS_H

#include "registry/execution.h"
#include "registry/job.h"

/*
 * Finds the first execution of a thing's queue; *id is 0 if there is none. Call it before a
 * change, for the front_before of events_thing.
 */
enum status events_front(int64_t *id, struct db *db, const char *thing);
/*
 * Sends notify if changed (an execution was added, begun or ended), and notify-next if the first
 * execution of the queue is not front_before any more.
 */
enum status events_thing(struct db *db, const char *thing, int64_t front_before, bool changed,
			 int64_t now);

/*
 * Sends the event of an execution that has ended, with the statusDetails last reported. deleted:
 * the execution has not ended but is about to be deleted.
 */
enum status events_execution(struct db *db, const struct execution *x, bool deleted, int64_t now);

enum job_event {
	JOB_EVENT_COMPLETED,
	JOB_EVENT_CANCELING,
	JOB_EVENT_CANCELED,
	JOB_EVENT_DELETING,
	JOB_EVENT_DELETED
};
enum status events_job(struct db *db, const char *job, enum job_event event, int64_t now);

#endif
