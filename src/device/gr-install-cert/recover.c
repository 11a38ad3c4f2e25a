/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert recover: what the watchdog runs; no network, no backend, no runtime */
#include "complain.h"
#include "gr-install-cert/commands.h"
#include "gr-install-cert/recovery.h"
#include "rotation/device_context.h"
#include "rotation/heartbeat.h"
#include "rotation/trial.h"

#include <getopt.h>
#include <stdio.h>

enum { OPT_HEARTBEAT = 256 };

static const struct arg_option options[] = {
	{ OPT_HEARTBEAT, "heartbeat", NULL, "leave a sign of life, for a driver that must not be alone" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert recover", "[options]",
				      "Finishes or undoes what was cut short, without network.",
				      options };

static bool is_on_trial(const struct journal *journal)
{
	return journal_is(journal, "trial") || journal_is(journal, "committing");
}

/* Somebody is at work. GR_NO, silent: and may go on. */
static enum status overtake(struct device_context *desk)
{
	bool renewed, late = false;
	uint32_t left;
	enum status st;

	if ((st = store_open(&desk->store, &desk->conf)) == GR_OK &&
	    (st = journal_read(&desk->journal, &desk->store)) == GR_OK &&
	    is_on_trial(&desk->journal) &&
	    journal_number(&desk->journal, JOURNAL_TRIAL_UNTIL) > 0 &&
	    (st = trial_left(&left, &renewed, &desk->journal)) == GR_OK)
		late = left == 0;
	store_close(&desk->store);
	if (st != GR_OK || !late)
		return st == GR_OK ? GR_NO : st;
	if ((st = lock_seize(&desk->lock, &desk->conf)) == GR_OK)
		printf("gr-install-cert: the holder of the lock was ended: its trial is past the "
		       "deadline\n");
	return st;
}

/* The deadline is looked at again under the lock: the holder may have gone on meanwhile. */
static enum status mend_trial(struct device_context *desk)
{
	struct journal *journal = &desk->journal;
	uint32_t left, seconds = conf_number(&desk->conf, CONF_TRIAL_SECONDS);
	bool renewed, unarmed = journal_number(journal, JOURNAL_TRIAL_UNTIL) == 0;
	enum status st = unarmed ? trial_arm(journal, seconds) : GR_OK;

	if (st != GR_OK || (st = trial_left(&left, &renewed, journal)) != GR_OK)
		return st;
	if (left == 0)
		return recovery_late_trial(desk);
	if (!unarmed && !renewed)
		return GR_OK;
	printf("gr-install-cert: trial: %lu seconds from now\n", (unsigned long)left);
	return journal_write(journal, &desk->store);
}

static enum status mend(struct device_context *desk)
{
	enum status st;

	if ((st = recovery_live(desk)) != GR_OK || (st = recovery_seats(desk)) != GR_OK ||
	    (st = recovery_journal(desk)) != GR_OK)
		return st;
	if (is_on_trial(&desk->journal))
		st = mend_trial(desk);
	else if (journal_is(&desk->journal, "rolling-back"))
		st = recovery_rollback(desk);
	/*
	 * Once it is decided which pair lives: the token may be away, and a trial must end all the
	 * same.
	 */
	if (st != GR_OK || (st = recovery_shown(desk)) != GR_OK)
		return st;
	return journal_is(&desk->journal, "idle") ? recovery_idle(desk) : GR_OK;
}

static enum status recover(struct device_context *desk)
{
	enum status st;

	if ((st = conf_load(&desk->conf)) != GR_OK)
		return st;
	if ((st = lock_try(&desk->lock, &desk->conf)) == GR_NO)
		st = overtake(desk);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	desk->opened = true;
	if ((st = store_open(&desk->store, &desk->conf)) != GR_OK || desk->store.dir < 0)
		return st;
	if ((st = store_check_live(&desk->store)) != GR_OK ||
	    ((st = journal_read(&desk->journal, &desk->store)) != GR_OK && st != GR_NO))
		return st;
	return mend(desk);
}

/*
 * Whoever runs us would have ended a trial by now, so one may begin. $GR_STATE is for who we are
 * outside the store.
 */
static enum status beat(struct device_context *desk)
{
	if (desk->opened)
		store_close(&desk->store);
	return heartbeat_stamp(&desk->conf, desk->store.path);
}

int command_recover(int argc, char *argv[])
{
	struct device_context desk = DEVICE_CONTEXT_CLOSED;
	bool beats = false;
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == OPT_HEARTBEAT)
			beats = true;
		else
			st = device_context_option(&desk, ch, optarg);
	}
	if (st == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK && (st = recover(&desk)) == GR_OK && beats)
		st = beat(&desk);
	return device_context_close(&desk, st);
}
