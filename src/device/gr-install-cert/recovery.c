/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.c - the repairs of recover */
#include "gr-install-cert/recovery.h"
#include "complain.h"
#include "gr-install-cert/adoption.h"
#include "gr-install-cert/switch.h"
#include "rotation/restart.h"
#include "rotation/trial.h"
#include "store/garbage.h"
#include "store/generation.h"
#include "store/pair.h"

#include <stdio.h>
#include <unistd.h>

/* Is n a complete pair? GR_NO: no. GR_FAIL: it cannot be told. */
static enum status is_complete(const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st;

	if (n == 0)
		return GR_NO;
	st = pair_read(&pair, store, n);
	if (st == GR_OK)
		pair_release(&pair);
	return st == GR_BAD ? GR_NO : st;
}

/* Is n complete, and committed where that is asked for? GR_NO: no. */
static enum status is_candidate(const struct store *store, uint32_t n, bool committed)
{
	enum status st;

	if (committed) {
		st = generation_is_committed(store, n);
		if (st != GR_OK)
			return st;
	}
	return is_complete(store, n);
}

/* Finds the newest complete generation but skip; 0: none. */
static enum status find_newest(uint32_t *generation, const struct store *store, bool committed,
			       uint32_t skip)
{
	struct generation_list list;
	enum status st;

	*generation = 0;
	st = generation_list(&list, store);
	if (st != GR_OK)
		return st;
	for (size_t i = list.count; i-- > 0;) {
		uint32_t n = list.number[i];

		if (n == skip)
			continue;
		st = is_candidate(store, n, committed);
		if (st == GR_OK)
			*generation = n;
		if (st != GR_NO)
			return st;
	}
	return GR_OK;
}

/* The newest committed generation but skip, else the newest complete one; 0: none. */
static enum status find_best(uint32_t *generation, const struct store *store, uint32_t skip)
{
	enum status st;

	st = find_newest(generation, store, true, skip);
	if (st == GR_OK && *generation == 0)
		st = find_newest(generation, store, false, skip);
	return st;
}

/* GR_NO: what lies at a configured path was not adopted yet. */
static enum status is_adopted(const struct store *store)
{
	enum configured_path_kind key, cert;
	enum status st;

	st = configured_path_look(&key, &store->key);
	if (st != GR_OK)
		return st;
	st = configured_path_look(&cert, &store->certificate);
	if (st != GR_OK)
		return st;
	return configured_path_is_adoptable(key) || configured_path_is_adoptable(cert) ? GR_NO
										       : GR_OK;
}

/* While reporting, the backend may know the new pair alone: it goes first. */
static enum status choose_live(uint32_t *n, const struct device_context *context)
{
	enum status st;

	if (journal_is(&context->journal, PHASE_REPORTING)) {
		*n = (uint32_t)journal_number(&context->journal, JOURNAL_NEW);
		st = is_complete(&context->store, *n);
		if (st != GR_NO)
			return st;
	}
	return find_best(n, &context->store, 0);
}

/* GR_NO: the live link leads to no complete pair. */
static enum status check_live(const struct store *store)
{
	enum status st;
	uint32_t n;

	st = store_link(&n, store, "live");
	if (st == GR_OK)
		st = is_complete(store, n);
	return st == GR_BAD ? GR_NO : st;
}

enum status recovery_live(struct device_context *context)
{
	const struct store *store = &context->store;
	enum status st;
	uint32_t n;

	st = check_live(store);
	if (st != GR_NO)
		return st;
	st = is_adopted(store);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = choose_live(&n, context);
	if (st != GR_OK)
		return st;
	if (n == 0) {
		complain("%s: no complete pair is left", store->path);
		return GR_BAD;
	}
	st = store_point(store, "live", n);
	if (st == GR_OK)
		printf("gr-install-cert: live: generation %lu\n", (unsigned long)n);
	return st;
}

static enum status mend_path(const struct configured_path *path)
{
	enum configured_path_kind kind;
	enum status st;

	st = configured_path_look(&kind, path);
	if (st != GR_OK || kind != CONFIGURED_PATH_MISSING)
		return st;
	st = configured_path_prepare(path);
	if (st != GR_OK)
		return st;
	st = configured_path_take(path);
	if (st == GR_OK)
		printf("gr-install-cert: %s: linked again\n", path->path);
	return st;
}

static enum status finish_adoption(struct device_context *context)
{
	enum status st;
	uint32_t live;

	if (context->journal.value[JOURNAL_PHASE][0] && !journal_is(&context->journal, PHASE_IDLE))
		return GR_OK;
	st = adoption_is_torn(&context->store);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = adoption_run(&live, &context->store);
	if (st == GR_OK)
		printf("gr-install-cert: adoption: finished as generation %lu\n",
		       (unsigned long)live);
	return st;
}

enum status recovery_paths(struct device_context *context)
{
	enum status st;

	st = finish_adoption(context);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	/* A link beside a plain file would show two halves of different pairs. */
	st = is_adopted(&context->store);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = mend_path(&context->store.key);
	return st == GR_OK ? mend_path(&context->store.certificate) : st;
}

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

	st = find_best(&old, store, live);
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

	st = find_newest(&other, &context->store, false, live);
	if (st != GR_OK)
		return st;
	st = journal_set(journal, JOURNAL_PHASE, PHASE_IDLE);
	if (st != GR_OK || other == 0)
		return st;
	return journal_set_number(journal, JOURNAL_OTHER, other);
}

/*
 * Notes that the runtime must be restarted for this generation. This program calls no hook:
 * rotate.sh does, once the hook is ready or has waited long enough.
 */
static enum status owe_restart(struct device_context *context, uint32_t generation)
{
	if (conf_text(&context->conf, CONF_RESTART_HOOK)[0] == '\0')
		return GR_OK;
	return restart_owe(&context->journal, generation);
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
	return owe_restart(context, live);
}

enum status recovery_journal(struct device_context *context)
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

/*
 * There is nothing to go back to: the only pair stays, and the device waits for its next job, with
 * nothing of this one in its way.
 */
static enum status stay(struct device_context *context)
{
	struct journal *journal = &context->journal;
	enum status st;

	*journal = (struct journal){ .damaged = false };
	st = journal_set(journal, JOURNAL_PHASE, PHASE_IDLE);
	if (st != GR_OK)
		return st;
	st = journal_set(journal, JOURNAL_NOTE, "there was no old pair to go back to");
	if (st != GR_OK)
		return st;
	st = journal_write(journal, &context->store);
	if (st == GR_OK)
		printf("gr-install-cert: there is no old pair to go back to; the one in use "
		       "stays\n");
	return st;
}

/* With what the driver last waited for, as far as it fits. */
static enum status note_deadline(struct journal *journal)
{
	const char *note = journal->value[JOURNAL_NOTE];
	char reason[JOURNAL_VALUE_MAX];

	/* the service takes 1000 characters */
	snprintf(reason, sizeof reason, "the trial's deadline passed%s%.960s", note[0] ? ": " : "",
		 note);
	return journal_set(journal, JOURNAL_REASON, reason);
}

enum status recovery_late_trial(struct device_context *context)
{
	struct journal *journal = &context->journal;
	uint32_t old = (uint32_t)journal_number(journal, JOURNAL_OLD);
	enum status st;

	st = is_complete(&context->store, old);
	if (st == GR_NO)
		return stay(context);
	if (st != GR_OK)
		return st;
	st = journal_set(journal, JOURNAL_PHASE, PHASE_ROLLING_BACK);
	if (st != GR_OK)
		return st;
	st = note_deadline(journal);
	if (st != GR_OK)
		return st;
	st = journal_write(journal, &context->store);
	if (st != GR_OK)
		return st;
	printf("gr-install-cert: trial: deadline passed, rolling back\n");
	return recovery_rollback(context);
}

enum status recovery_rollback(struct device_context *context)
{
	const struct store *store = &context->store;
	uint32_t live = 0, old = (uint32_t)journal_number(&context->journal, JOURNAL_OLD);
	enum status st;

	st = store_link(&live, store, "live");
	if (st == GR_FAIL)
		return st;
	if (st == GR_OK && live == old)
		return GR_OK;
	st = is_complete(store, old);
	if (st == GR_NO)
		return stay(context);
	if (st != GR_OK)
		return st;
	st = owe_restart(context, old);
	if (st != GR_OK)
		return st;
	/* Where there is no room for it, the switch matters more. */
	(void)journal_write(&context->journal, store);
	st = switch_back(context);
	if (st == GR_OK)
		printf("gr-install-cert: live: generation %lu again\n", (unsigned long)old);
	return st;
}

enum status recovery_shown(struct device_context *context)
{
	const struct store *store = &context->store;
	enum status st;
	uint32_t live;

	st = store_link(&live, store, "live");
	if (st == GR_OK)
		st = store->keys->is_pending(store, live);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = store->keys->show(store, live);
	if (st == GR_OK)
		printf("gr-install-cert: token: the label is that of generation %lu\n",
		       (unsigned long)live);
	return st;
}

static bool is_named(const struct journal *journal, uint32_t n)
{
	return n == journal_number(journal, JOURNAL_OLD) ||
	    n == journal_number(journal, JOURNAL_NEW) ||
	    n == journal_number(journal, JOURNAL_OTHER);
}

static enum status remove_strays(const struct device_context *context, uint32_t live)
{
	struct generation_list list;
	enum status st;

	st = generation_list(&list, &context->store);
	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		uint32_t n = list.number[i];

		if (n == live || is_named(&context->journal, n))
			continue;
		st = garbage_generation(&context->store, n);
		if (st == GR_OK)
			printf("gr-install-cert: generation %lu: removed, nobody needs it\n",
			       (unsigned long)n);
	}
	return st;
}

static enum status remove_temporary(const struct store *store)
{
	unsigned removed;
	enum status st;

	st = garbage_temporary(&removed, store);
	if (st == GR_OK && removed > 0)
		printf("gr-install-cert: temporary files: %u removed\n", removed);
	return st;
}

/* Is there a live pair that is committed and that a runtime finds? GR_NO: no. */
static enum status is_settled(uint32_t *live, const struct store *store)
{
	enum status st;

	st = store_link(live, store, "live");
	if (st != GR_OK)
		return st;
	st = generation_is_committed(store, *live);
	if (st != GR_OK)
		return st;
	return is_adopted(store);
}

enum status recovery_idle(struct device_context *context)
{
	const struct store *store = &context->store;
	enum status st;
	uint32_t live;

	st = is_settled(&live, store);
	if (st != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = remove_strays(context, live);
	if (st != GR_OK)
		return st;
	st = remove_temporary(store);
	if (st != GR_OK)
		return st;
	/* of a rotation that is over; another would be refused anyway */
	unlinkat(store->dir, "rotation.back", 0);
	return switch_drop_back(store);
}
