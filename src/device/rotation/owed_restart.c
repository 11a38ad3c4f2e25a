/* SPDX-License-Identifier: Apache-2.0 */
/* owed_restart.c - the restart that the runtime is owed */
#include "rotation/owed_restart.h"
#include "clock.h"

/*
 * In seconds. restart_waits in runtime.sh takes a time that is further off for one of another
 * boot.
 */
enum { RESTART_PATIENCE = 900 };

enum status owed_restart_note(struct journal *journal, uint32_t generation)
{
	uint64_t latest = (uint64_t)clock_boot_ms() / 1000 + RESTART_PATIENCE;
	enum status st;

	if ((st = journal_set(journal, JOURNAL_RESTART_INSTANCE, "unknown")) != GR_OK)
		return st;
	if ((st = journal_set_number(journal, JOURNAL_RESTART_FOR, generation)) != GR_OK)
		return st;
	if ((st = journal_set_number(journal, JOURNAL_RESTART_COUNT, 0)) != GR_OK)
		return st;
	return journal_set_number(journal, JOURNAL_RESTART_AT, latest);
}
