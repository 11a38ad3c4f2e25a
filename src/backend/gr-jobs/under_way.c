/* SPDX-License-Identifier: Apache-2.0 */
/* under_way.c - which things are in the middle of a job */
#include "gr-jobs/under_way.h"
#include "complain.h"
#include "registry/execution_list.h"
#include "str.h"

#include <string.h>

static enum status take(void *arg, const struct execution_row *row)
{
	struct under_way *u = arg;

	if (u->count < UNDER_WAY_NAMED)
		str_copy(u->things[u->count], sizeof u->things[0], row->thing);
	u->count++;
	return GR_OK;
}

enum status under_way_read(struct under_way *u, struct db *db, const char *job)
{
	const struct execution_query query = { .job = job, .status = "IN_PROGRESS", .limit = -1 };

	*u = (struct under_way){ 0 };
	return execution_list(db, &query, take, u);
}

void under_way_names(char names[static UNDER_WAY_NAMES_MAX], const struct under_way *u)
{
	size_t len = 0;

	names[0] = '\0';
	for (int64_t i = 0; i < u->count && i < UNDER_WAY_NAMED; i++) {
		str_format(names + len, UNDER_WAY_NAMES_MAX - len, "%s%s", i ? ", " : "",
			   u->things[i]);
		len += strlen(names + len);
	}
	if (u->count > UNDER_WAY_NAMED)
		str_format(names + len, UNDER_WAY_NAMES_MAX - len, " and %lld more",
			   (long long)(u->count - UNDER_WAY_NAMED));
}

void under_way_complain(const struct under_way *u, const char *job)
{
	char names[UNDER_WAY_NAMES_MAX];

	if (u->count == 0)
		return;
	under_way_names(names, u);
	complain("job %s: was in progress on %s: these devices end their rotation in order, with "
		 "the pair that they decide for",
		 job, names);
}
