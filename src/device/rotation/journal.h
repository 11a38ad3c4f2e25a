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
 * GR_NO, *journal cleared: there is none (silent), or it is damaged (one line, damaged set).
 * GR_BAD, one line: a newer version wrote it. GR_FAIL, one line: it cannot be read.
 */
enum status journal_read(struct journal *journal, const struct store *store);
/*
 * Durably. Where there is no room for a record that enters rolling-back, the one written ahead by
 * journal_prepare for the same rotation takes its place, which needs none.
 */
enum status journal_write(const struct journal *journal, const struct store *store);
/* Writes ahead, as rotation.back, the record with which this rotation would enter rolling-back. */
enum status journal_prepare(const struct journal *journal, const struct store *store);

/*
 * GR_BAD, one line: control characters, too long, no such phase, no number where one belongs. A
 * new phase sets since (ms, CLOCK_REALTIME).
 */
enum status journal_set(struct journal *journal, enum journal_key key, const char *value);
/* journal_set with a number. */
enum status journal_set_number(struct journal *journal, enum journal_key key, uint64_t value);
bool journal_is(const struct journal *journal, const char *phase);
/* 0 when unset or not a number. */
uint64_t journal_number(const struct journal *journal, enum journal_key key);

const char *journal_name(enum journal_key key);
/* JOURNAL_COUNT: no such key. */
enum journal_key journal_find(const char *name);

#endif
