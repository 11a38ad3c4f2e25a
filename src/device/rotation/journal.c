/* SPDX-License-Identifier: Apache-2.0 */
/* journal.c - the record of the rotation under way */
#include "rotation/journal.h"
#include "clock.h"
#include "complain.h"
#include "file.h"
#include "str.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOURNAL_FILE "rotation"
#define JOURNAL_AHEAD "rotation.back"
#define JOURNAL_HEAD "gr-journal "

enum { JOURNAL_FILE_MAX = 65536, SUM_LINE = 4 + 64 + 1 };	/* "sum=", hex, newline */

static const char *const names[JOURNAL_COUNT] = {
	[JOURNAL_PHASE] = "phase",
	[JOURNAL_JOB] = "job",
	[JOURNAL_EXECUTION] = "execution",
	[JOURNAL_KEY_ALGORITHM] = "keyAlgorithm",
	[JOURNAL_SIGNING_ALGORITHM] = "signingAlgorithm",
	[JOURNAL_OLD_CERTIFICATE_ID] = "oldCertificateId",
	[JOURNAL_NEW_CERTIFICATE_ID] = "newCertificateId",
	[JOURNAL_OLD] = "old",
	[JOURNAL_NEW] = "new",
	[JOURNAL_OTHER] = "other",
	[JOURNAL_CREATED_AT] = "createdAt",
	[JOURNAL_BUDGET] = "budget",
	[JOURNAL_TRIAL_BOOT] = "trialBoot",
	[JOURNAL_TRIAL_UNTIL] = "trialUntil",
	[JOURNAL_TRIAL_BOOTS] = "trialBoots",
	[JOURNAL_COMMIT] = "commit",
	[JOURNAL_FINAL] = "final",
	[JOURNAL_REASON] = "reason",
	[JOURNAL_SINCE] = "since",
	[JOURNAL_RESTART_INSTANCE] = "restartInstance",
	[JOURNAL_RESTART_FOR] = "restartFor",
	[JOURNAL_RESTART_COUNT] = "restartCount",
	[JOURNAL_RESTART_AT] = "restartAt",
	[JOURNAL_ATTEMPTS] = "attempts",
	[JOURNAL_REFUSED_SINCE] = "refusedSince",
	[JOURNAL_IDEMPOTENT] = "idempotent",
	[JOURNAL_NOTE] = "note",
	[JOURNAL_GONE_BACK] = "goneBack",
};

static const char *const phases[] = {
	PHASE_IDLE,	  PHASE_UPDATING_JOB, PHASE_CREATING_CERTIFICATE, PHASE_TRIAL,
	PHASE_COMMITTING, PHASE_REPORTING,    PHASE_ROLLING_BACK,	  PHASE_FAILING
};

const char *journal_name(enum journal_key key)
{
	return names[key];
}

enum journal_key journal_find(const char *name)
{
	enum journal_key k = 0;

	while (k < JOURNAL_COUNT && strcmp(names[k], name) != 0)
		k++;
	return k;
}

bool journal_is(const struct journal *journal, const char *phase)
{
	return strcmp(journal->value[JOURNAL_PHASE], phase) == 0;
}

bool journal_has_phase(const struct journal *journal)
{
	return journal->value[JOURNAL_PHASE][0] != '\0';
}

/* As journal_number can read it. */
static bool is_number(const char *text)
{
	return strspn(text, "0123456789") == strlen(text) && strlen(text) < 19;
}

/*
 * The driver calculates with these values, and some shells run what stands in brackets where they
 * expect a number.
 */
static bool is_counter(enum journal_key key)
{
	static const enum journal_key keys[] = {
		JOURNAL_EXECUTION, JOURNAL_OLD, JOURNAL_NEW, JOURNAL_OTHER, JOURNAL_CREATED_AT,
		JOURNAL_COMMIT, JOURNAL_BUDGET, JOURNAL_TRIAL_UNTIL,
		JOURNAL_TRIAL_BOOTS, JOURNAL_SINCE, JOURNAL_RESTART_FOR, JOURNAL_RESTART_COUNT,
		JOURNAL_RESTART_AT, JOURNAL_ATTEMPTS, JOURNAL_REFUSED_SINCE
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i] == key)
			return true;
	return false;
}

uint64_t journal_number(const struct journal *journal, enum journal_key key)
{
	const char *text = journal->value[key];

	return is_number(text) ? strtoull(text, NULL, 10) : 0;
}

static bool is_phase(const char *value)
{
	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
		if (strcmp(phases[i], value) == 0)
			return true;
	return false;
}

/* NULL: value may stand under key. */
static const char *objection(enum journal_key key, const char *value)
{
	if (strlen(value) > JOURNAL_VALUE_MAX)
		return "longer than 1024 bytes";
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return "holds a control character";
	if (is_counter(key) && !is_number(value))
		return "not a number";
	return key == JOURNAL_PHASE && !is_phase(value) ? "no such phase" : NULL;
}

enum status journal_set(struct journal *journal, enum journal_key key, const char *value)
{
	const char *why = objection(key, value);

	if (why) {
		complain("journal: %s: %.64s: %s", names[key], value, why);
		return GR_BAD;
	}
	if (key == JOURNAL_PHASE && !journal_is(journal, value))
		str_format(journal->value[JOURNAL_SINCE], sizeof journal->value[0], "%lld",
			   (long long)clock_real_ms());
	str_copy(journal->value[key], sizeof journal->value[key], value);
	return GR_OK;
}

enum status journal_set_number(struct journal *journal, enum journal_key key, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return journal_set(journal, key, text);
}

static void sum_line(char to[static SUM_LINE + 1], const char *text, size_t len)
{
	unsigned char md[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)text, len, md);
	memcpy(to, "sum=", 4);
	str_hex(to + 4, md, sizeof md);
	memcpy(to + SUM_LINE - 1, "\n", 2);
}

/* Changes text. False: not a whole record of ours. */
static bool parse(struct journal *journal, char *text, size_t len)
{
	char sum[SUM_LINE + 1], *line, *end, *equals;
	enum journal_key key;

	if (len < SUM_LINE || strlen(text) != len)
		return false;
	sum_line(sum, text, len - SUM_LINE);
	if (strcmp(sum, text + len - SUM_LINE) != 0)
		return false;
	text[len - SUM_LINE] = '\0';
	line = strchr(text, '\n');
	for (line = line ? line + 1 : text + strlen(text); *line; line = end + 1) {
		if (!(end = strchr(line, '\n')))
			return false;
		*end = '\0';
		if (!(equals = strchr(line, '=')))
			return false;
		*equals = '\0';
		key = journal_find(line);
		if (key == JOURNAL_COUNT || objection(key, equals + 1))
			return false;
		str_copy(journal->value[key], sizeof journal->value[key], equals + 1);
	}
	return journal_has_phase(journal);
}

/* The version is looked at before the checksum: a newer one may sum differently. */
static bool is_newer(const char *text)
{
	char ours[sizeof JOURNAL_HEAD + 16];

	snprintf(ours, sizeof ours, JOURNAL_HEAD "%d\n", JOURNAL_VERSION);
	return strncmp(text, JOURNAL_HEAD, strlen(JOURNAL_HEAD)) == 0 &&
	    strncmp(text, ours, strlen(ours)) != 0;
}

static enum status read_record(struct journal *journal, const struct store *store,
			       const char *name)
{
	enum status st;
	char *text;
	size_t len;

	memset(journal, 0, sizeof *journal);
	if (store->dir < 0)
		return GR_NO;
	st = file_read_at(&text, &len, NULL, store->dir, name, store->path, JOURNAL_FILE_MAX);
	if (st != GR_OK) {
		/* a link, a directory, far too long: none of it is ours */
		journal->damaged = st == GR_BAD;
		return st == GR_BAD ? GR_NO : st;
	}
	if (is_newer(text)) {
		complain("%s/%s: written by a newer version of gr; nothing is touched",
			 store->path, name);
		st = GR_BAD;
	} else if (!parse(journal, text, len)) {
		complain("%s/%s: damaged: the checksum does not fit", store->path, name);
		memset(journal, 0, sizeof *journal);
		journal->damaged = true;
		st = GR_NO;
	}
	free(text);
	return st;
}

enum status journal_read(struct journal *journal, const struct store *store)
{
	return read_record(journal, store, JOURNAL_FILE);
}

static enum status write_record(const struct journal *journal, const struct store *store,
				const char *name)
{
	char text[JOURNAL_FILE_MAX];
	size_t used = (size_t)snprintf(text, sizeof text, JOURNAL_HEAD "%d\n", JOURNAL_VERSION);

	/* All values together stay far below the buffer: 28 of at most 1024 bytes. */
	for (enum journal_key k = 0; k < JOURNAL_COUNT; k++)
		if (journal->value[k][0])
			used += (size_t)snprintf(text + used, sizeof text - used, "%s=%s\n",
						 names[k], journal->value[k]);
	sum_line(text + used, text, used);
	return file_replace_at(store->dir, name, store->path, text, used + SUM_LINE, 0600);
}

static bool is_same_rotation(const struct journal *a, const struct journal *b)
{
	static const enum journal_key keys[] = { JOURNAL_JOB, JOURNAL_EXECUTION, JOURNAL_OLD,
						 JOURNAL_NEW };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(a->value[keys[i]], b->value[keys[i]]) != 0)
			return false;
	return true;
}

/* GR_NO: no record was written ahead for this rotation. */
static enum status use_prepared(const struct journal *journal, const struct store *store)
{
	struct journal ahead;

	if (!journal_is(journal, PHASE_ROLLING_BACK))
		return GR_NO;
	if (read_record(&ahead, store, JOURNAL_AHEAD) != GR_OK)
		return GR_NO;
	if (!is_same_rotation(journal, &ahead))
		return GR_NO;
	if (renameat(store->dir, JOURNAL_AHEAD, store->dir, JOURNAL_FILE) != 0)
		return GR_NO;
	complain("%s/%s: the record written ahead takes its place", store->path, JOURNAL_FILE);
	return store_sync(store);
}

enum status journal_write(const struct journal *journal, const struct store *store)
{
	enum status st = write_record(journal, store, JOURNAL_FILE), prepared;

	if (st != GR_FAIL)
		return st;
	prepared = use_prepared(journal, store);
	return prepared == GR_NO ? st : prepared;
}

enum status journal_prepare(const struct journal *journal, const struct store *store)
{
	struct journal ahead = *journal;
	enum status st;

	/* The runtime that a rollback must restart is not the one that the switch found. */
	if (ahead.value[JOURNAL_RESTART_INSTANCE][0]) {
		str_copy(ahead.value[JOURNAL_RESTART_INSTANCE], sizeof ahead.value[0], "unknown");
		memcpy(ahead.value[JOURNAL_RESTART_FOR], ahead.value[JOURNAL_OLD],
		       sizeof ahead.value[0]);
	}
	ahead.value[JOURNAL_RESTART_COUNT][0] = ahead.value[JOURNAL_RESTART_AT][0] = '\0';
	if ((st = journal_set(&ahead, JOURNAL_PHASE, PHASE_ROLLING_BACK)) != GR_OK)
		return st;
	st = journal_set(&ahead, JOURNAL_REASON,
			 "the trial failed (written ahead; there was no room for more)");
	if (st != GR_OK)
		return st;
	return write_record(&ahead, store, JOURNAL_AHEAD);
}
