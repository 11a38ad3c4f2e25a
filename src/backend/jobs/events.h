/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h - what the Jobs service says of its own accord: notify and notify-next to a thing,
 * events to whoever listens.
 *
 * All go into the outbox, in the caller's transaction. On GR_FAIL one line has been written.
 */
#ifndef GR_JOBS_EVENTS_H
#define GR_JOBS_EVENTS_H

#include "registry/execution.h"
#include "registry/job.h"

/*
 * Which execution stands in front of a thing's queue, to see afterwards whether another one does.
 * 0: none.
 */
enum status events_front(int64_t *id, struct db *db, const char *thing);
/*
 * changed: an execution came, began or went, which is what notify tells of. notify-next tells that
 * the front is not front_before.
 */
enum status events_thing(struct db *db, const char *thing, int64_t front_before, bool changed,
			 int64_t now);

/*
 * The event of an execution that has ended; its details are those last reported. deleted: it is
 * about to be deleted instead.
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
