/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.c - the repairs of recover */
#include "gr-install-cert/recovery.h"
#include "complain.h"
#include "gr-install-cert/adoption.h"
#include "gr-install-cert/candidate.h"
#include "gr-install-cert/switch.h"
#include "store/garbage.h"
#include "store/generation.h"

#include <stdio.h>
#include <unistd.h>

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
		st = candidate_is_complete(&context->store, *n);
		if (st != GR_NO)
			return st;
	}
	return candidate_best(n, &context->store, 0);
}

/* GR_NO: the live link leads to no complete pair. */
static enum status check_live(const struct store *store)
{
	enum status st;
	uint32_t n;

	st = store_link(&n, store, "live");
	if (st == GR_OK)
		st = candidate_is_complete(store, n);
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

	st = candidate_is_complete(&context->store, old);
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
	st = candidate_is_complete(store, old);
	if (st == GR_NO)
		return stay(context);
	if (st != GR_OK)
		return st;
	st = device_context_owe_restart(context, old);
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
