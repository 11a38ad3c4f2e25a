/* SPDX-License-Identifier: Apache-2.0 */
/* gr-install-cert recover: what the watchdog runs; no network, no backend, no runtime */
#include "complain.h"
#include "config/gr_config.h"
#include "gr-install-cert/commands.h"
#include "gr-install-cert/lost_journal.h"
#include "gr-install-cert/recovery.h"
#include "rotation/device_context.h"
#include "rotation/heartbeat.h"
#include "rotation/trial.h"

#include <getopt.h>
#include <stdio.h>

enum { OPT_HEARTBEAT = 256 };

static const struct arg_option options[] = {
	{ OPT_HEARTBEAT, "heartbeat", NULL,
	  "write the heartbeat, which tells drivers that a watchdog runs" },
	CONF_OPTIONS, { 0, NULL, NULL, NULL }
};
static const struct arg_spec spec = { "gr-install-cert recover", "[options]",
				      "Finish or undo an interrupted command, without network.",
				      options };

static bool is_on_trial(const struct journal *journal)
{
	return journal_is(journal, PHASE_TRIAL) || journal_is(journal, PHASE_COMMITTING);
}

/* Is the holder of the lock in a trial that is past its deadline? */
static enum status look_at_holder(bool *late, struct device_context *context)
{
	struct journal *journal = &context->journal;
	bool renewed;
	uint32_t left;
	enum status st;

	*late = false;
	st = store_open(&context->store, &context->conf);
	if (st == GR_OK)
		st = journal_read(journal, &context->store);
	if (st == GR_OK && is_on_trial(journal) &&
	    journal_number(journal, JOURNAL_TRIAL_UNTIL) > 0) {
		st = trial_left(&left, &renewed, journal);
		*late = st == GR_OK && left == 0;
	}
	store_close(&context->store);
	return st;
}

/*
 * Another process holds the lock: ends it, and takes the lock, if its trial is past the deadline.
 * GR_NO, silent: it may go on.
 */
static enum status overtake(struct device_context *context)
{
	enum status st;
	bool late;

	st = look_at_holder(&late, context);
	if (st != GR_OK)
		return st;
	if (!late)
		return GR_NO;
	st = lock_seize(&context->lock, &context->conf);
	if (st == GR_OK)
		printf("gr-install-cert: the holder of the lock was ended: its trial is past the "
		       "deadline\n");
	return st;
}

/*
 * Gives a trial without a deadline one, and ends a trial past its deadline. The deadline is looked
 * at again under the lock: the holder may have gone on meanwhile.
 */
static enum status mend_trial(struct device_context *context)
{
	struct journal *journal = &context->journal;
	uint32_t left, seconds = conf_number(&context->conf, CONF_TRIAL_SECONDS);
	bool renewed, unarmed = journal_number(journal, JOURNAL_TRIAL_UNTIL) == 0;
	enum status st;

	if (unarmed) {
		st = trial_arm(journal, seconds);
		if (st != GR_OK)
			return st;
	}
	st = trial_left(&left, &renewed, journal);
	if (st != GR_OK)
		return st;
	if (left == 0)
		return recovery_late_trial(context);
	if (!unarmed && !renewed)
		return GR_OK;
	printf("gr-install-cert: trial: %lu seconds from now\n", (unsigned long)left);
	return journal_write(journal, &context->store);
}

/* Decides which pair lives. */
static enum status mend_phase(struct device_context *context)
{
	if (is_on_trial(&context->journal))
		return mend_trial(context);
	if (journal_is(&context->journal, PHASE_ROLLING_BACK))
		return recovery_rollback(context);
	return GR_OK;
}

static enum status mend(struct device_context *context)
{
	enum status st;

	st = recovery_live(context);
	if (st != GR_OK)
		return st;
	st = recovery_paths(context);
	if (st != GR_OK)
		return st;
	st = lost_journal_replace(context);
	if (st != GR_OK)
		return st;
	st = mend_phase(context);
	if (st != GR_OK)
		return st;
	/* After that decision: the token may be away, and a trial must end all the same. */
	st = recovery_shown(context);
	if (st != GR_OK)
		return st;
	return journal_is(&context->journal, PHASE_IDLE) ? recovery_idle(context) : GR_OK;
}

/* Opens what is needed under the lock. GR_NO, silent: another process works, and may go on. */
static enum status take_over(struct device_context *context)
{
	enum status st;

	st = gr_config_load(&context->conf);
	if (st != GR_OK)
		return st;
	st = lock_try(&context->lock, &context->conf);
	if (st == GR_NO)
		st = overtake(context);
	if (st != GR_OK)
		return st;
	context->opened = true;
	return store_open(&context->store, &context->conf);
}

static enum status recover(struct device_context *context)
{
	enum status st;

	st = take_over(context);
	if (st == GR_NO)
		return GR_OK;
	if (st != GR_OK || context->store.dir < 0)
		return st;
	st = store_check_live(&context->store);
	if (st != GR_OK)
		return st;
	st = journal_read(&context->journal, &context->store);
	if (st != GR_OK && st != GR_NO)
		return st;
	return mend(context);
}

/*
 * Whoever runs us would have ended a trial by now, so one may begin. $GR_STATE is for who we are
 * outside the store.
 */
static enum status beat(struct device_context *context)
{
	if (context->opened)
		store_close(&context->store);
	return heartbeat_stamp(&context->conf, context->store.path);
}

int command_recover(int argc, char *argv[])
{
	struct device_context context = DEVICE_CONTEXT_CLOSED;
	bool beats = false;
	enum status st = GR_OK;
	int ch;

	while (st == GR_OK && (ch = arg_next(&spec, argc, argv)) != -1) {
		if (ch == OPT_HEARTBEAT)
			beats = true;
		else
			st = device_context_option(&context, ch, optarg);
	}
	if (st == GR_OK && argc > optind)
		arg_usage(&spec);
	if (st == GR_OK)
		st = recover(&context);
	if (st == GR_OK && beats)
		st = beat(&context);
	return device_context_close(&context, st);
}
