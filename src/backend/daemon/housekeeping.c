/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeping.c - what is due without anybody asking */
#include "clock.h"
#include "complain.h"
#include "daemon/daemon.h"
#include "jobs/transition.h"
#include "registry/keys.h"
#include "registry/rollout.h"
#include "rotation/reconcile.h"

enum {
	CHORES_MS = 5000,
	EXAMINE_MS = 20,
	LOOK_MS = 50,
	JUMP_MS = 60000,
	DEPARTURES_KEPT_MS = 3600000,
	TIMEOUTS = 100
};

/* Somebody set the wall clock: the timers that run move with it. */
static enum status follow_clock(struct daemon *d)
{
	int64_t offset = clock_real_ms() - clock_boot_ms(), jump = offset - d->clock_offset;
	enum status st;

	if (d->clock_offset == 0 || (jump < JUMP_MS && jump > -JUMP_MS)) {
		d->clock_offset = d->clock_offset ? d->clock_offset : offset;
		return GR_OK;
	}
	complain("the wall clock jumped by %lld s: running timers are moved with it",
		 (long long)(jump / 1000));
	if ((st = db_begin(d->db)) != GR_OK)
		return st;
	if ((st = execution_shift_timers(d->db, jump)) == GR_OK &&
	    (st = rollout_wake_all(d->db)) == GR_OK && (st = db_commit(d->db)) == GR_OK)
		d->clock_offset = offset;
	else
		db_rollback(d->db);
	return st;
}

static enum status end_timers(struct daemon *d)
{
	int64_t at = 0, now = clock_real_ms();
	int count;
	enum status st = execution_next_deadline(&at, d->db);

	if (st != GR_OK || at > now)
		return st == GR_NO ? GR_OK : st;
	if ((st = db_begin(d->db)) != GR_OK)
		return st;
	if ((st = transition_time_out(&count, d->db, TIMEOUTS, now)) == GR_OK)
		return db_commit(d->db);
	db_rollback(d->db);
	return st;
}

static enum status reconcile(bool *more, struct daemon *d, int64_t now)
{
	enum status st = db_begin(d->db);

	if (st != GR_OK)
		return st;
	st = reconcile_run(more, d->db, d->quarantine_ms, now);
	if (st == GR_OK && (st = db_commit(d->db)) == GR_OK)
		return GR_OK;
	db_rollback(d->db);
	return st;
}

/* Retires what is due; d->settle: more is due than was done now. */
static enum status settle(struct daemon *d)
{
	int64_t now = clock_real_ms();
	bool more = d->parting_row > d->bus.taken_row;
	enum status st = GR_NO;

	if (!more)
		st = reconcile_is_due(d->db, d->quarantine_ms, now);
	if (st == GR_OK)
		st = reconcile(&more, d, now);
	if (st == GR_FAIL)
		return st;
	d->settle = more;
	return GR_OK;
}

static enum status tidy(struct daemon *d)
{
	enum status st = db_begin(d->db);

	if (st != GR_OK)
		return st;
	if ((st = bus_forget_sent(&d->bus, d->db)) == GR_OK &&
	    (st = flooding_count_own(d, &d->bus.in)) == GR_OK &&
	    (st = db_run(d->db, "DELETE FROM departure WHERE at < ?", "i",
			 clock_real_ms() - DEPARTURES_KEPT_MS)) == GR_OK)
		st = db_commit(d->db);
	if (st != GR_OK) {
		db_rollback(d->db);
		return st;
	}
	d->bus.acked_row = 0;
	d->bus.in.dropped = 0;
	return GR_OK;
}

enum status chores_run(struct daemon *d, bool quiet)
{
	bool regular = clock_boot_ms() >= d->next_chores;
	enum status st;

	repeats_tick(d->lines, clock_boot_ms());
	metrics_run(&d->metrics, d->db, d->bus.subscribed);
	if ((st = follow_clock(d)) != GR_OK || (st = end_timers(d)) != GR_OK ||
	    (st = fleet_run(d)) != GR_OK || (st = channels_chores(&d->courier, d->db)) != GR_OK)
		return st;
	if ((d->settle || regular) && (st = settle(d)) != GR_OK)
		return st;
	if (regular && d->begin_ms > 0 &&
	    (st = stall_look(&d->stall, d->db, d->begin_ms, clock_real_ms())) != GR_OK)
		return st;
	if (regular && (st = keys_examine(d->db, EXAMINE_MS)) != GR_OK)
		return st;
	/*
	 * What the broker has taken is forgotten with the next batch that writes; when none comes,
	 * now.
	 */
	if (regular)
		d->next_chores = clock_boot_ms() + CHORES_MS;
	else if (!quiet || !d->bus.acked_row)
		return GR_OK;
	return tidy(d);
}

/*
 * A backup was put back: what it says of sessions is old, and the broker tells all of them to a
 * new connection.
 */
static void follow_restore(struct daemon *d)
{
	int64_t restored = 0;

	if (db_number(&restored, d->db,
		      "SELECT coalesce((SELECT value FROM meta WHERE key = 'restored'), 0)",
		      "") != GR_OK ||
	    restored == d->restored)
		return;
	if (d->version != 0) {
		complain("a backup of the registry was put back");
		bus_close(&d->bus);
	}
	d->restored = restored;
}

/* Other programs write into the registry as well, so a look every 50 ms is the longest wait. */
int chores_wait(struct daemon *d)
{
	int64_t version = db_version(d->db);

	if (version != d->version) {
		follow_restore(d);
		d->version = version;
		d->settle = true;
	}
	return fleet_wait(d, LOOK_MS);
}
