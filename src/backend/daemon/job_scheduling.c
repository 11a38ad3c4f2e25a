/* SPDX-License-Identifier: Apache-2.0 */
/* job_scheduling.c - rollouts and other work on jobs, between the requests of devices */
#include "daemon/job_scheduling.h"
#include "clock.h"
#include "jobs/scheduler.h"
#include "registry/outbox_delivery.h"

/* A rollout adds no rows to the outbox while more than so many wait there. */
enum { BACKLOG = 500 };

/*
 * Tells whether the broker has much to take. The outbox is sent in order, so that the answer to a
 * device waits for all rows that a rollout has put before it.
 */
static enum status is_busy(struct daemon *d)
{
	return d->broker.out.first ? GR_OK
				   : outbox_delivery_exceeds(d->db, d->broker.last_row, BACKLOG);
}

enum status job_scheduling_run(struct daemon *d)
{
	int64_t at = 0, now = clock_real_ms();
	enum status st = scheduler_next(&at, d->db);

	if (st != GR_OK || at > now)
		return st == GR_NO ? GR_OK : st;
	st = is_busy(d);
	if (st != GR_NO)
		return st;
	st = db_begin(d->db);
	if (st != GR_OK)
		return st;
	st = scheduler_step(d->db, &d->settings, now);
	if (st == GR_OK)
		return db_commit(d->db);
	db_rollback(d->db);
	return st;
}

int job_scheduling_wait(struct daemon *d, int max)
{
	int64_t at = 0, now = clock_real_ms();

	if (scheduler_next(&at, d->db) != GR_OK || at >= now + max)
		return max;
	if (is_busy(d) != GR_NO)
		return max;
	return at <= now ? 0 : (int)(at - now);
}
