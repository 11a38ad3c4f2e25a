/* SPDX-License-Identifier: Apache-2.0 */
/* blocking_jobs.c - one line, and a note that it was said */
#include "gr-jobs-client/blocking_jobs.h"
#include "complain.h"
#include "file.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_SIZE = 700, NOTE_MAX = 65536 }; /* ten names of 64 bytes in one line */

/* Is a job of the list in the note? Names stand there with a blank before and after each. */
static bool was_said(const struct pending_list *list, const char *note)
{
	bool said = false;
	char *text, name[68];
	size_t len;

	if (file_read(&text, &len, note, NOTE_MAX) != GR_OK)
		return false;
	for (size_t i = 0; i < list->count && !said; i++) {
		str_format(name, sizeof name, " %s ", list->entry[i].job);
		said = strstr(text, name);
	}
	free(text);
	return said;
}

/* " a b c " ; returns how many there was room for. */
static size_t join(char names[static NAMES_SIZE], const struct pending_list *list)
{
	size_t used = 1, n = 0;

	memcpy(names, " ", 2);
	while (n < list->count && used + strlen(list->entry[n].job) + 2 <= NAMES_SIZE) {
		const char *job = list->entry[n++].job;

		str_format(names + used, NAMES_SIZE - used, "%s ", job);
		used += strlen(job) + 1;
	}
	return n;
}

void blocking_jobs_report(const struct pending_list *list, const char *thing, const char *note)
{
	char names[NAMES_SIZE];
	size_t named;

	if (!list->cut) {
		if (note && access(note, F_OK) == 0)
			unlink(note);
		return;
	}
	if (note && was_said(list, note))
		return;
	named = join(names, list);
	complain("%s: the service lists %zu pending jobs, none of them a rotation to take, and "
		 "may hide more: a rotation behind them waits until"
		 " some have ended. In front stand:%.*s%s",
		 thing, list->count, (int)strlen(names) - 1, names,
		 named < list->count ? " ..." : "");
	if (note)
		file_replace(note, names, strlen(names), 0600);
}
