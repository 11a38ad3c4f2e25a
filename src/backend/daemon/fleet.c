/* SPDX-License-Identifier: Apache-2.0 */
/* fleet.c - rollouts and other work on jobs, between the requests of devices */
#include "clock.h"
#include "daemon/daemon.h"
#include "jobs/scheduler.h"

/* outbox rows that may wait for the broker before no more are made than devices ask for */
enum { BACKLOG = 500 };

/*
 * What is sent goes out in order: the answer to a device would have to wait for all that a rollout
 * has put before it.
 */
static enum status is_busy(struct daemon *d)
{
	int64_t row = 0;

	if (d->bus.out.first)
		return GR_OK;
	return db_number(&row, d->db, "SELECT id FROM outbox WHERE id > ? LIMIT 1 OFFSET ?", "id",
			 d->bus.last_row, (int)BACKLOG);
}

enum status fleet_run(struct daemon *d)
{
	int64_t at = 0, now = clock_real_ms();
	enum status st = scheduler_next(&at, d->db);

	if (st != GR_OK || at > now)
		return st == GR_NO ? GR_OK : st;
	if ((st = is_busy(d)) != GR_NO)
		return st;
	if ((st = db_begin(d->db)) != GR_OK)
		return st;
	if ((st = scheduler_step(d->db, &d->limits, now)) == GR_OK)
		return db_commit(d->db);
	db_rollback(d->db);
	return st;
}

int fleet_wait(struct daemon *d, int max)
{
	int64_t at = 0, now = clock_real_ms();

	if (scheduler_next(&at, d->db) != GR_OK || at >= now + max || is_busy(d) != GR_NO)
		return max;
	return at <= now ? 0 : (int)(at - now);
}
