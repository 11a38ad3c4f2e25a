/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.c - the repairs of recover */
#include "gr-install-cert/recovery.h"
#include "clock.h"
#include "complain.h"
#include "gr-install-cert/adoption.h"
#include "gr-install-cert/switch.h"
#include "rotation/trial.h"
#include "store/garbage.h"
#include "store/generation.h"
#include "store/pair.h"
#include "store/relabel.h"

#include <stdio.h>
#include <unistd.h>

enum { RESTART_PATIENCE = 900 };	/* seconds; as in runtime.sh */

/* GR_NO: it is not. A disk error is not an answer. */
static enum status is_complete(const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st = n == 0 ? GR_NO : pair_read(&pair, store, n);

	if (st == GR_OK)
		pair_release(&pair);
	return st == GR_BAD ? GR_NO : st;
}

/* The newest complete generation but skip; 0: none. */
static enum status find_newest(uint32_t *generation, const struct store *store, bool committed,
			       uint32_t skip)
{
	struct generation_list list;
	enum status st = generation_list(&list, store);

	*generation = 0;
	for (size_t i = list.count; st == GR_OK && i-- > 0 && *generation == 0;) {
		uint32_t n = list.number[i];

		if (n == skip)
			continue;
		if (committed)
			st = generation_is_committed(store, n);
		if (st == GR_OK && (st = is_complete(store, n)) == GR_OK)
			*generation = n;
		if (st == GR_NO)
			st = GR_OK;
	}
	return st;
}

/* GR_NO: a plain file lies in a configured place. */
static enum status is_adopted(const struct store *store)
{
	enum configured_path_kind key, cert;
	enum status st;

	if ((st = configured_path_look(&key, &store->key)) != GR_OK ||
	    (st = configured_path_look(&cert, &store->certificate)) != GR_OK)
		return st;
	return key != CONFIGURED_PATH_PLAIN && cert != CONFIGURED_PATH_PLAIN ? GR_OK : GR_NO;
}

/* While reporting the new pair may be the only one left to the backend: it goes first. */
static enum status choose_live(uint32_t *n, const struct device_context *desk)
{
	enum status st;

	*n = journal_is(&desk->journal, "reporting")
	    ? (uint32_t)journal_number(&desk->journal, JOURNAL_NEW)
	    : 0;
	if ((st = is_complete(&desk->store, *n)) != GR_NO)
		return st;
	if ((st = find_newest(n, &desk->store, true, 0)) == GR_OK && *n == 0)
		st = find_newest(n, &desk->store, false, 0);
	return st;
}

/* GR_NO: the live link leads to no complete pair. */
static enum status check_live(const struct store *store)
{
	enum status st;
	uint32_t n;

	if ((st = store_link(&n, store, "live")) == GR_OK)
		st = is_complete(store, n);
	return st == GR_BAD ? GR_NO : st;
}

enum status recovery_live(struct device_context *desk)
{
	const struct store *store = &desk->store;
	enum status st;
	uint32_t n;

	if ((st = check_live(store)) != GR_NO)
		return st;
	if ((st = is_adopted(store)) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if ((st = choose_live(&n, desk)) != GR_OK)
		return st;
	if (n == 0) {
		complain("%s: no complete pair is left", store->path);
		return GR_BAD;
	}
	if ((st = store_point(store, "live", n)) == GR_OK)
		printf("gr-install-cert: live: generation %lu\n", (unsigned long)n);
	return st;
}

static enum status mend_seat(const struct configured_path *seat)
{
	enum configured_path_kind kind;
	enum status st;

	if ((st = configured_path_look(&kind, seat)) != GR_OK || kind != CONFIGURED_PATH_MISSING)
		return st;
	if ((st = configured_path_prepare(seat)) == GR_OK &&
	    (st = configured_path_take(seat)) == GR_OK)
		printf("gr-install-cert: %s: linked again\n", seat->path);
	return st;
}

static enum status finish_adoption(struct device_context *desk)
{
	enum status st;
	uint32_t live;

	if (desk->journal.value[JOURNAL_PHASE][0] && !journal_is(&desk->journal, "idle"))
		return GR_OK;
	if ((st = adoption_is_torn(&desk->store)) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if ((st = adoption_run(&live, &desk->store)) == GR_OK)
		printf("gr-install-cert: adoption: finished as generation %lu\n",
		       (unsigned long)live);
	return st;
}

enum status recovery_seats(struct device_context *desk)
{
	enum status st;

	/* A link beside a plain file would show two halves of different pairs. */
	if ((st = finish_adoption(desk)) != GR_OK || (st = is_adopted(&desk->store)) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	st = mend_seat(&desk->store.key);
	return st == GR_OK ? mend_seat(&desk->store.certificate) : st;
}

static enum status note_certificate(struct journal *journal, enum journal_key key,
				    const struct store *store, uint32_t n)
{
	struct pair pair;
	enum status st = pair_read(&pair, store, n);

	if (st == GR_OK) {
		st = journal_set(journal, key, pair.cert.id);
		pair_release(&pair);
	}
	return st == GR_FAIL ? st : GR_OK;
}

static enum status begin_trial(struct device_context *desk, uint32_t live)
{
	struct journal *journal = &desk->journal;
	uint32_t old;
	enum status st;

	/*
	 * A pair that was kept because nobody could say which one lives bears no mark, and may be
	 * the good one.
	 */
	if ((st = find_newest(&old, &desk->store, true, live)) != GR_OK ||
	    (old == 0 && (st = find_newest(&old, &desk->store, false, live)) != GR_OK) ||
	    (st = journal_set(journal, JOURNAL_PHASE, "trial")) != GR_OK ||
	    (st = journal_set_number(journal, JOURNAL_NEW, live)) != GR_OK ||
	    (st = note_certificate(journal, JOURNAL_NEW_CERTIFICATE_ID, &desk->store, live)) !=
		GR_OK ||
	    (old != 0 && (st = journal_set_number(journal, JOURNAL_OLD, old)) != GR_OK) ||
	    (old != 0 &&
	     (st = note_certificate(journal, JOURNAL_OLD_CERTIFICATE_ID, &desk->store, old)) !=
		 GR_OK) ||
	    (st = journal_set(journal, JOURNAL_NOTE, "the journal was lost")) != GR_OK)
		return st;
	return trial_arm(journal, conf_number(&desk->conf, CONF_TRIAL_SECONDS));
}

/*
 * Nobody knows any more whether another complete pair counts: it stays, and the driver asks the
 * broker.
 */
static enum status begin_idle(struct device_context *desk, uint32_t live)
{
	struct journal *journal = &desk->journal;
	uint32_t other;
	enum status st;

	if ((st = find_newest(&other, &desk->store, false, live)) != GR_OK ||
	    (st = journal_set(journal, JOURNAL_PHASE, "idle")) != GR_OK)
		return st;
	return other != 0 ? journal_set_number(journal, JOURNAL_OTHER, other) : GR_OK;
}

/*
 * We call no hook: rotate.sh will, once it is ready or RESTART_PATIENCE is over; the instance
 * found then may be on either pair.
 */
static enum status owe_restart(struct device_context *desk, uint32_t generation)
{
	struct journal *journal = &desk->journal;
	enum status st;

	if (conf_text(&desk->conf, CONF_RESTART_HOOK)[0] == '\0')
		return GR_OK;
	if ((st = journal_set(journal, JOURNAL_RESTART_INSTANCE, "unknown")) != GR_OK ||
	    (st = journal_set_number(journal, JOURNAL_RESTART_FOR, generation)) != GR_OK ||
	    (st = journal_set(journal, JOURNAL_RESTART_COUNT, "0")) != GR_OK)
		return st;
	return journal_set_number(journal, JOURNAL_RESTART_AT,
				  (uint64_t)clock_boot_ms() / 1000 + RESTART_PATIENCE);
}

enum status recovery_journal(struct device_context *desk)
{
	struct journal *journal = &desk->journal;
	enum status st;
	uint32_t live;

	if (journal->value[JOURNAL_PHASE][0])
		return GR_OK;
	if ((st = store_link(&live, &desk->store, "live")) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if ((st = generation_is_committed(&desk->store, live)) == GR_FAIL)
		return st;
	st = st == GR_OK ? begin_idle(desk, live) : begin_trial(desk, live);
	/* Nor does anybody know on which pair the runtime is. */
	if (st == GR_OK && (st = owe_restart(desk, live)) == GR_OK &&
	    (st = journal_write(journal, &desk->store)) == GR_OK)
		printf("gr-install-cert: journal: made anew, phase %s\n",
		       journal->value[JOURNAL_PHASE]);
	return st;
}

/*
 * Nothing to go back to: the only pair stays, and the device waits for its next job, with nothing
 * of this one in its way.
 */
static enum status stay(struct device_context *desk)
{
	enum status st;

	desk->journal = (struct journal){ .damaged = false };
	if ((st = journal_set(&desk->journal, JOURNAL_PHASE, "idle")) != GR_OK ||
	    (st = journal_set(&desk->journal, JOURNAL_NOTE,
			      "there was no old pair to go back to")) != GR_OK ||
	    (st = journal_write(&desk->journal, &desk->store)) != GR_OK)
		return st;
	printf("gr-install-cert: there is no old pair to go back to; the one in use stays\n");
	return GR_OK;
}

/* With what the driver last waited for, as far as it fits. */
static enum status note_deadline(struct journal *journal)
{
	const char *note = journal->value[JOURNAL_NOTE];
	char reason[JOURNAL_VALUE_MAX];

	/* the service takes 1000 characters */
	snprintf(reason, sizeof reason, "trial deadline passed%s%.970s", note[0] ? "; " : "",
		 note);
	return journal_set(journal, JOURNAL_REASON, reason);
}

enum status recovery_late_trial(struct device_context *desk)
{
	struct journal *journal = &desk->journal;
	enum status st;

	if ((st = is_complete(&desk->store, (uint32_t)journal_number(journal, JOURNAL_OLD))) !=
	    GR_OK)
		return st == GR_NO ? stay(desk) : st;
	if ((st = journal_set(journal, JOURNAL_PHASE, "rolling-back")) != GR_OK ||
	    (st = note_deadline(journal)) != GR_OK ||
	    (st = journal_write(journal, &desk->store)) != GR_OK)
		return st;
	printf("gr-install-cert: trial: deadline passed, rolling back\n");
	return recovery_rollback(desk);
}

enum status recovery_rollback(struct device_context *desk)
{
	uint32_t live = 0, old = (uint32_t)journal_number(&desk->journal, JOURNAL_OLD);
	enum status st;

	if ((st = store_link(&live, &desk->store, "live")) == GR_FAIL ||
	    (st == GR_OK && live == old))
		return st;
	if ((st = is_complete(&desk->store, old)) != GR_OK)
		return st == GR_NO ? stay(desk) : st;
	if ((st = owe_restart(desk, old)) != GR_OK)
		return st;
	/* without room for it the switch matters more */
	(void)journal_write(&desk->journal, &desk->store);
	if ((st = switch_back(desk)) == GR_OK)
		printf("gr-install-cert: live: generation %lu again\n", (unsigned long)old);
	return st;
}

enum status recovery_shown(struct device_context *desk)
{
	enum status st, pending;
	uint32_t live;

	if ((st = store_link(&live, &desk->store, "live")) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if ((pending = relabel_is_pending(&desk->store, live)) != GR_OK)
		return pending == GR_NO ? GR_OK : pending;
	if ((st = relabel_show(&desk->store, live)) == GR_OK)
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

static enum status sweep_strays(const struct device_context *desk, uint32_t live)
{
	struct generation_list list;
	enum status st = generation_list(&list, &desk->store);

	for (size_t i = 0; i < list.count && st == GR_OK; i++) {
		uint32_t n = list.number[i];

		if (n == live || is_named(&desk->journal, n))
			continue;
		if ((st = garbage_generation(&desk->store, n)) == GR_OK)
			printf("gr-install-cert: generation %lu: removed, nobody needs it\n",
			       (unsigned long)n);
	}
	return st;
}

enum status recovery_idle(struct device_context *desk)
{
	const struct store *store = &desk->store;
	unsigned removed;
	enum status st;
	uint32_t live;

	if ((st = store_link(&live, store, "live")) != GR_OK ||
	    (st = generation_is_committed(store, live)) != GR_OK ||
	    (st = is_adopted(store)) != GR_OK)
		return st == GR_NO ? GR_OK : st;
	if ((st = sweep_strays(desk, live)) != GR_OK ||
	    (st = garbage_temporary(&removed, store)) != GR_OK)
		return st;
	if (removed > 0)
		printf("gr-install-cert: temporary files: %u removed\n", removed);
	/* of a rotation that is over; another would be refused anyway */
	unlinkat(store->dir, "rotation.back", 0);
	return switch_drop_back(store);
}
