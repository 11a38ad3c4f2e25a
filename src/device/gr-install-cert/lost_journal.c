/* SPDX-License-Identifier: Apache-2.0 */
/* lost_journal.c - what a journal that is gone may have said, judged by the generations */
#include "gr-install-cert/lost_journal.h"
#include "gr-install-cert/candidate.h"
#include "rotation/trial.h"
#include "store/generation.h"
#include "store/pair.h"

#include <stdio.h>

/* Notes the certificate of generation n, if it has one that can be read. */
static enum status note_certificate(struct journal *journal, enum journal_key key,
				    const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	st = pair_read(&pair, store, n);
	if (st == GR_OK) {
		st = journal_set(journal, key, pair.cert.id);
		pair_release(&pair);
	}
	return st == GR_FAIL ? st : GR_OK;
}

static enum status note_new(struct journal *journal, const struct store *store, uint32_t n)
{
	enum status st = journal_set_number(journal, JOURNAL_NEW, n);

	return st == GR_OK ? note_certificate(journal, JOURNAL_NEW_CERTIFICATE_ID, store, n) : st;
}

static enum status note_old(struct journal *journal, const struct store *store, uint32_t n)
{
	enum status st = journal_set_number(journal, JOURNAL_OLD, n);

	return st == GR_OK ? note_certificate(journal, JOURNAL_OLD_CERTIFICATE_ID, store, n) : st;
}

/*
 * A trial of live, in memory. The old pair is the newest committed one, else the newest complete
 * one: a pair that was kept because nobody could say which one lives has no mark, and may be the
 * good one.
 */
static enum status begin_trial(struct device_context *context, uint32_t live)
{
	struct journal *journal = &context->journal;
	const struct store *store = &context->store;
	uint32_t old;
	enum status st;

	st = candidate_best(&old, store, live);
	if (st != GR_OK)
		return st;
	st = journal_set(journal, JOURNAL_PHASE, PHASE_TRIAL);
	if (st != GR_OK)
		return st;
	st = note_new(journal, store, live);
	if (st != GR_OK)
		return st;
	if (old != 0) {
		st = note_old(journal, store, old);
		if (st != GR_OK)
			return st;
	}
	st = journal_set(journal, JOURNAL_NOTE, "the journal was lost");
	if (st != GR_OK)
		return st;
	return trial_arm(journal, conf_number(&context->conf, CONF_TRIAL_SECONDS));
}

/*
 * Idle, in memory. Nobody knows any more whether another complete pair counts: it stays, and the
 * driver asks the broker.
 */
static enum status begin_idle(struct device_context *context, uint32_t live)
{
	struct journal *journal = &context->journal;
	uint32_t other;
	enum status st;

	st = candidate_newest(&other, &context->store, false, live);
	if (st != GR_OK)
		return st;
	st = journal_set(journal, JOURNAL_PHASE, PHASE_IDLE);
	if (st != GR_OK || other == 0)
		return st;
	return journal_set_number(journal, JOURNAL_OTHER, other);
}

/* What the lost journal may have said, in memory. */
static enum status begin_anew(struct device_context *context, uint32_t live)
{
	enum status st;

	st = generation_is_committed(&context->store, live);
	if (st == GR_FAIL)
		return st;
	st = st == GR_OK ? begin_idle(context, live) : begin_trial(context, live);
	if (st != GR_OK)
		return st;
	/* Nor does anybody know on which pair the runtime is. */
	return device_context_owe_restart(context, live);
}

enum status lost_journal_replace(struct device_context *context)
{
	struct journal *journal = &context->journal;
	enum status st;
	uint32_t live;

	if (journal->value[JOURNAL_PHASE][0])
		return GR_OK;
	st = store_link(&live, &context->store, "live");
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = begin_anew(context, live);
	if (st != GR_OK)
		return st;
	st = journal_write(journal, &context->store);
	if (st == GR_OK)
		printf("gr-install-cert: journal: made anew, phase %s\n",
		       journal->value[JOURNAL_PHASE]);
	return st;
}
