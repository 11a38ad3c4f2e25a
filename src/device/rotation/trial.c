/* SPDX-License-Identifier: Apache-2.0 */
/* trial.c - the deadline of a trial */
#include "rotation/trial.h"
#include "clock.h"

#include <string.h>

enum { TRIAL_BOOTS = 3 };

static enum status arm(struct journal *journal, uint32_t seconds, uint64_t boots)
{
	uint64_t until = (uint64_t)clock_boot_ms() + (uint64_t)seconds * 1000;
	char boot[64];
	enum status st;

	clock_boot_id(boot);
	if ((st = journal_set_number(journal, JOURNAL_BUDGET, seconds)) != GR_OK)
		return st;
	if ((st = journal_set(journal, JOURNAL_TRIAL_BOOT, boot)) != GR_OK)
		return st;
	if ((st = journal_set_number(journal, JOURNAL_TRIAL_UNTIL, until)) != GR_OK)
		return st;
	return journal_set_number(journal, JOURNAL_TRIAL_BOOTS, boots);
}

enum status trial_arm(struct journal *journal, uint32_t seconds)
{
	return arm(journal, seconds, 1);
}

enum status trial_left(uint32_t *seconds, bool *renewed, struct journal *journal)
{
	uint64_t now = (uint64_t)clock_boot_ms(),
		 until = journal_number(journal, JOURNAL_TRIAL_UNTIL);
	uint64_t boots = journal_number(journal, JOURNAL_TRIAL_BOOTS),
		 budget = journal_number(journal, JOURNAL_BUDGET);
	char boot[64];

	*seconds = 0;
	*renewed = false;
	if (until == 0)
		return GR_OK;
	if (budget > UINT32_MAX)
		budget = UINT32_MAX;
	clock_boot_id(boot);
	if (strcmp(boot, journal->value[JOURNAL_TRIAL_BOOT]) != 0) {
		if (boots >= TRIAL_BOOTS)
			return GR_OK;
		*seconds = (uint32_t)budget;
		*renewed = true;
		return arm(journal, (uint32_t)budget, boots + 1);
	}
	if (until <= now)
		return GR_OK;
	*seconds = until - now >= budget * 1000 ? (uint32_t)budget
						: (uint32_t)((until - now + 999) / 1000);
	return GR_OK;
}
