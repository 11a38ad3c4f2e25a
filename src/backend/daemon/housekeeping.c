/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeping.c - what is due without anybody asking */
#include "daemon/housekeeping.h"
#include "base/log_repeats.h"
#include "clock.h"
#include "complain.h"
#include "daemon/flooding.h"
#include "daemon/job_scheduling.h"
#include "jobs/transition.h"
#include "registry/departure.h"
#include "registry/registered_keys.h"
#include "registry/restore_mark.h"
#include "registry/rollout.h"
#include "rotation/reconcile.h"

enum {
	REGULAR_MS = 5000,	/* from one regular round to the next */
	EXAMINE_MS = 20,	/* how long a round may compare keys */
	LOOK_MS = 50,		/* longest wait for what another program writes */
	JUMP_MS = 60000,	/* a smaller step of the wall clock is not taken for a jump */
	DEPARTURES_KEPT_MS = 3600000,
	TIMEOUTS = 100		/* executions that one transaction may time out */
};

/* Moves running timers by the same amount when somebody has set the wall clock. */
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
	st = db_begin(d->db);
	if (st != GR_OK)
		return st;
	st = execution_shift_timers(d->db, jump);
	if (st == GR_OK)
		st = rollout_wake_all(d->db);
	if (st == GR_OK)
		st = db_commit(d->db);
	if (st == GR_OK)
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
	st = db_begin(d->db);
	if (st != GR_OK)
		return st;
	if ((st = transition_time_out(&count, d->db, TIMEOUTS, now)) == GR_OK)
		return db_commit(d->db);
	db_rollback(d->db);
	return st;
}

static enum status reconcile_part(bool *more, struct daemon *d, int64_t now)
{
	enum status st = db_begin(d->db);

	if (st != GR_OK)
		return st;
	st = reconcile_run(more, d->db, d->quarantine_ms, now);
	if (st == GR_OK)
		st = db_commit(d->db);
	if (st != GR_OK)
		db_rollback(d->db);
	return st;
}

/* Retires and deletes certificates that are due; d->reconcile: some are left for the next call. */
static enum status reconcile(struct daemon *d)
{
	int64_t now = clock_real_ms();
	bool more = d->retire_after_row > d->broker.taken_row;
	enum status st = GR_NO;

	if (!more)
		st = reconcile_is_due(d->db, d->quarantine_ms, now);
	if (st == GR_OK)
		st = reconcile_part(&more, d, now);
	if (st == GR_FAIL)
		return st;
	d->reconcile = more;
	return GR_OK;
}

/* Deletes what nobody needs any longer, and counts what was dropped. */
static enum status tidy(struct daemon *d)
{
	enum status st = db_begin(d->db);

	if (st != GR_OK)
		return st;
	st = broker_connection_forget_sent(&d->broker, d->db);
	if (st == GR_OK)
		st = flooding_count_own(d->db, &d->broker.in);
	if (st == GR_OK)
		st = departure_forget(d->db, clock_real_ms() - DEPARTURES_KEPT_MS);
	if (st == GR_OK)
		st = db_commit(d->db);
	if (st != GR_OK) {
		db_rollback(d->db);
		return st;
	}
	d->broker.acked_row = 0;
	d->broker.in.dropped = 0;
	return GR_OK;
}

/* What is looked at in each turn of the event loop. */
static enum status run_each_turn(struct daemon *d)
{
	enum status st = follow_clock(d);

	if (st == GR_OK)
		st = end_timers(d);
	if (st == GR_OK)
		st = job_scheduling_run(d);
	if (st == GR_OK)
		st = channels_housekeeping(&d->channels, d->db);
	return st;
}

/* What is looked at every REGULAR_MS. */
static enum status run_regularly(struct daemon *d)
{
	enum status st = GR_OK;

	if (d->begin_ms > 0)
		st = stall_look(&d->stall, d->db, d->begin_ms, clock_real_ms());
	if (st == GR_OK)
		st = registered_keys_examine(d->db, EXAMINE_MS);
	return st;
}

enum status housekeeping_run(struct daemon *d, bool quiet)
{
	bool regular = clock_boot_ms() >= d->next_housekeeping;
	enum status st;

	log_repeats_tick(d->log, clock_boot_ms());
	metrics_file_run(&d->metrics, d->db, d->broker.subscribed);
	st = run_each_turn(d);
	if (st == GR_OK && (d->reconcile || regular))
		st = reconcile(d);
	if (st == GR_OK && regular)
		st = run_regularly(d);
	if (st != GR_OK)
		return st;
	if (regular)
		d->next_housekeeping = clock_boot_ms() + REGULAR_MS;
	/*
	 * The next batch that writes also deletes the rows that were sent. While no requests come,
	 * that is done here.
	 */
	if (regular || (quiet && d->broker.acked_row))
		return tidy(d);
	return GR_OK;
}

/*
 * Connects to the broker again when a backup was put back: what the backup says of sessions is
 * old, and the plugin reports all sessions to a new connection.
 */
static void follow_restore(struct daemon *d)
{
	int64_t mark = 0;

	if (restore_mark_read(&mark, d->db) != GR_OK || mark == d->restore_mark)
		return;
	if (d->version != 0) {
		complain("a backup of the registry was put back");
		broker_connection_close(&d->broker);
	}
	d->restore_mark = mark;
}

/* Other programs write into the registry as well, so the wait is never longer than LOOK_MS. */
int housekeeping_wait(struct daemon *d)
{
	int64_t version = db_version(d->db);

	if (version != d->version) {
		follow_restore(d);
		d->version = version;
		d->reconcile = true;
	}
	return job_scheduling_wait(d, LOOK_MS);
}
