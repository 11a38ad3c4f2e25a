/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the record of the rotation under way: .gr/<basename>/rotation, beside the
 * credentials.
 *
 *	gr-journal 1
 *	key=value ...
 *	sum=<SHA-256, lower-case hex, of everything before this line>
 *
 * It is replaced durably, by the holder of the lock alone. A record of a newer version is GR_BAD
 * everywhere.
 */
#ifndef GR_ROTATION_JOURNAL_H
#define GR_ROTATION_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"
#include "store/store.h"

/* The phases of a rotation, as gr-rotate(1) has them: the one list of them in C. */
#define PHASE_IDLE "idle"
#define PHASE_UPDATING_JOB "updating-job"
#define PHASE_CREATING_CERTIFICATE "creating-certificate"
#define PHASE_TRIAL "trial"
#define PHASE_COMMITTING "committing"
#define PHASE_REPORTING "reporting"
#define PHASE_ROLLING_BACK "rolling-back"
#define PHASE_FAILING "failing"

enum journal_key {
	JOURNAL_PHASE, JOURNAL_JOB, JOURNAL_EXECUTION, JOURNAL_KEY_ALGORITHM,
	JOURNAL_SIGNING_ALGORITHM,
	JOURNAL_OLD_CERTIFICATE_ID, JOURNAL_NEW_CERTIFICATE_ID, JOURNAL_OLD, JOURNAL_NEW,
	JOURNAL_OTHER,
	JOURNAL_CREATED_AT, JOURNAL_BUDGET, JOURNAL_TRIAL_BOOT, JOURNAL_TRIAL_UNTIL,
	JOURNAL_TRIAL_BOOTS,
	JOURNAL_COMMIT, JOURNAL_FINAL, JOURNAL_REASON, JOURNAL_SINCE,
	JOURNAL_RESTART_INSTANCE, JOURNAL_RESTART_FOR, JOURNAL_RESTART_COUNT, JOURNAL_RESTART_AT,
	JOURNAL_ATTEMPTS, JOURNAL_REFUSED_SINCE, JOURNAL_IDEMPOTENT, JOURNAL_NOTE,
	JOURNAL_GONE_BACK,
	JOURNAL_COUNT
};

enum {
	JOURNAL_VERSION = 1,
	JOURNAL_VALUE_MAX = 1024	/* bytes of one value */
};

struct journal {
	char value[JOURNAL_COUNT][JOURNAL_VALUE_MAX + 1];	/* "" when unset */
	bool damaged;		/* it was there, but its checksum or shape is wrong */
};

/*
 * Reads the journal of the store. GR_NO, *journal cleared: there is none (silent), or it is
 * damaged (one line, damaged set). GR_BAD, one line: a newer version wrote it. GR_FAIL, one line:
 * it cannot be read.
 */
enum status journal_read(struct journal *journal, const struct store *store);
/*
 * Replaces the journal durably. If the disk has no room for a record that enters rolling-back, the
 * record that journal_prepare wrote for the same rotation is renamed into its place, which needs
 * no room.
 */
enum status journal_write(const struct journal *journal, const struct store *store);
/*
 * Writes the record with which this rotation would enter rolling-back, ahead of time, as
 * rotation.back.
 */
enum status journal_prepare(const struct journal *journal, const struct store *store);

/*
 * Sets one value in memory. A new phase also sets since (ms, CLOCK_REALTIME). GR_BAD, one line:
 * control characters, too long, no such phase, no number where one belongs.
 */
enum status journal_set(struct journal *journal, enum journal_key key, const char *value);
/* Does the same with a number. */
enum status journal_set_number(struct journal *journal, enum journal_key key, uint64_t value);
/* Tells whether the journal is in this phase, or in any. Without a journal there is no phase. */
bool journal_is(const struct journal *journal, const char *phase);
bool journal_has_phase(const struct journal *journal);
/* Returns the value as a number; 0 when it is unset or not a number. */
uint64_t journal_number(const struct journal *journal, enum journal_key key);

const char *journal_name(enum journal_key key);
/* Finds the key called name. JOURNAL_COUNT: there is none. */
enum journal_key journal_find(const char *name);

#endif
