/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeping.c - what is due without anybody asking */
#include "daemon/housekeeping.h"
#include "base/log_repeats.h"
#include "base/utc.h"
#include "clock.h"
#include "complain.h"
#include "daemon/flooding.h"
#include "daemon/job_scheduling.h"
#include "jobs/transition.h"
#include "registry/adopting.h"
#include "registry/alarm.h"
#include "registry/departure.h"
#include "registry/registered_keys.h"
#include "registry/restore_mark.h"
#include "registry/rollout.h"
#include "registry/timer_clock.h"
#include "rotation/reconcile.h"

#include <stdlib.h>

enum {
	REGULAR_MS = 5000,	/* from one regular round to the next */
	EXAMINE_MS = 20,	/* how long a round may compare keys */
	LOOK_MS = 50,		/* longest wait for what another program writes */
	JUMP_MS = 60000,	/* a smaller step of the wall clock is not taken for a jump */
	DEPARTURES_KEPT_MS = 3600000,
	CHECK_MS = 86400000,	/* from one check of the whole file to the next */
	CHECK_SOON_MS = 600000,	/* ... where damage was met */
	TIMEOUTS = 100		/* executions that one transaction may time out */
};

/*
 * Looks at all rollouts when somebody has set the wall clock, and when we start: the times at
 * which they wanted to be looked at are by that clock, and may lie a year ahead. From our start on
 * the timers' clock goes on as well.
 */
static enum status follow_clock(struct daemon *d)
{
	int64_t offset = clock_real_ms() - clock_boot_ms(), jump = offset - d->clock_offset;
	enum status st;

	if (d->clock_offset && jump < JUMP_MS && jump > -JUMP_MS)
		return GR_OK;
	if (d->clock_offset)
		complain("the wall clock jumped by %lld s; running timers do not follow it",
			 (long long)(jump / 1000));
	st = rollout_wake_all(d->db);
	if (st == GR_OK)
		st = timer_clock_keep(d->db);
	if (st == GR_OK)
		d->clock_offset = offset;
	return st;
}

static enum status end_timers(struct daemon *d)
{
	int64_t at = 0, now = 0;
	int count;
	enum status st = execution_next_deadline(&at, d->db);

	if (st == GR_OK)
		st = timer_clock_now(&now, d->db);
	if (st != GR_OK || at > now)
		return st == GR_NO ? GR_OK : st;
	st = db_begin(d->db);
	if (st != GR_OK)
		return st;
	st = transition_time_out(&count, d->db, TIMEOUTS, now, clock_real_ms());
	if (st == GR_OK)
		return db_commit(d->db);
	db_rollback(d->db);
	return st;
}

/* Records where the timers' clock is, while one runs. */
static enum status keep_timer_clock(struct daemon *d)
{
	int64_t at;
	enum status st = execution_next_deadline(&at, d->db);

	if (st == GR_OK)
		st = timer_clock_keep(d->db);
	return st == GR_NO ? GR_OK : st;
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

/* Everything else goes on without a signer. */
static enum status look_at_ledger(struct daemon *d)
{
	char text[COMPLAIN_MAX];
	enum status st;

	if (signer_notice(text, &d->signer) != GR_OK || text[0] == '\0')
		return GR_OK;
	st = db_begin(d->db);
	if (st != GR_OK)
		return st;
	st = alarm_raise(d->db, "ledger", "", "", text, clock_real_ms());
	if (st == GR_OK)
		st = db_commit(d->db);
	if (st != GR_OK)
		db_rollback(d->db);
	return st;
}

/* One alarm when the clock comes into doubt, however often a device asks meanwhile. */
static enum status say_clock(struct daemon *d, const struct wall_clock *clock)
{
	const char *doubt = wall_clock_doubt(clock);
	char time[32];

	utc_format(time, clock->now);
	if (!doubt) {
		complain("the wall clock, %s, is right again: certificates are issued", time);
		return GR_OK;
	}
	complain("the wall clock, %s, is %lld s %s", time, (long long)llabs(clock->off) / 1000,
		 clock->off < 0 ? "behind" : "ahead");
	return alarm_raise(d->db, "clock", "", "", doubt, clock->now);
}

static enum status look_at_adopting(struct daemon *d)
{
	bool ended;
	enum status st = adopting_expire(&ended, d->db);

	if (ended)
		complain("certificates that are not registered are no longer taken in");
	return st;
}

static enum status look_at_clock(struct daemon *d)
{
	struct wall_clock clock;
	enum status st = wall_clock_read(&clock, d->db);

	if (st == GR_OK && clock.state != d->clock)
		st = say_clock(d, &clock);
	if (st == GR_OK)
		st = wall_clock_follow(d->db, &clock);
	if (st == GR_OK)
		d->clock = clock.state;
	return st;
}

/*
 * Looks for damage of the registry's file at the start, once a day, and soon after damage was met.
 * What a check cannot do keeps nothing else from being done.
 */
static void look_for_damage(struct daemon *d)
{
	int64_t now = clock_boot_ms(), soon = d->next_check - CHECK_MS + CHECK_SOON_MS;

	if ((d->met_damage || db_met_damage(d->db)) && now >= soon)
		d->next_check = now;
	if (now >= d->next_check && integrity_start(&d->integrity, db_path(d->db)) == GR_OK)
		d->next_check = now + CHECK_MS;
	if (integrity_record(&d->integrity, d->db, clock_real_ms()) == GR_NO)
		return;
	db_forget_damage(d->db);
	d->met_damage = false;
}

/* What is looked at every REGULAR_MS. */
static enum status run_regularly(struct daemon *d)
{
	enum status st = keep_timer_clock(d);

	if (st == GR_OK)
		st = look_at_ledger(d);
	if (st == GR_OK)
		st = look_at_clock(d);
	if (st == GR_OK)
		st = look_at_adopting(d);
	if (st == GR_OK && d->begin_ms > 0)
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
	look_for_damage(d);
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
		d->outdated = db_is_outdated(d->db);
		follow_restore(d);
		d->version = version;
		d->reconcile = true;
	}
	return job_scheduling_wait(d, LOOK_MS);
}
