/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm.h - what an operator should look at.
 *
 * Functions that change something run inside the caller's transaction: an alarm cannot exist
 * without what it is about. On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_ALARM_H
#define GR_REGISTRY_ALARM_H

#include "registry/db.h"

/*
 * Records an alarm once for each (kind, thing, certificate, text); the same again counts up.
 * Kinds: "retired-used", "unknown-certificate", "second-key", "two-certificates",
 * "survivor-inactive", "survivor-turned", "expired-used", "thrown-out", "flooding", "key-again",
 * "adopted", "adopting", "damaged", "not-begun", "restored", "ledger", "clock", "unverified".
 */
enum status alarm_raise(struct db *db, const char *kind, const char *thing,
			const char *certificate, const char *text, int64_t now);
/*
 * Counts up the alarm of this kind, thing and certificate, whatever its text. GR_NO, silent: there
 * is none.
 */
enum status alarm_repeat(struct db *db, const char *kind, const char *thing,
			 const char *certificate, int64_t now);
/* Deletes all alarms of this kind. */
enum status alarm_clear(struct db *db, const char *kind);

struct alarm_row {
	const char *kind, *thing, *certificate, *text;
	int64_t at, count;	/* at: the newest time, ms */
};
/*
 * Calls each for the alarms of thing, "" for all, the oldest first. A status of each other than
 * GR_OK ends the list and is returned.
 */
enum status alarm_list(struct db *db, const char *thing,
		       enum status (*each)(void *arg, const struct alarm_row *row), void *arg);
/* Does the same for the newest alarms of all things, the newest first. */
enum status alarm_list_newest(struct db *db, int limit,
			      enum status (*each)(void *arg, const struct alarm_row *row),
			      void *arg);

#endif
