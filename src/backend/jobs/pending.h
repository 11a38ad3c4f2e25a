/* SPDX-License-Identifier: Apache-2.0 */
/* pending.h - the list of a thing's open executions, as GetPending and notify show it. */
#ifndef GR_JOBS_PENDING_H
#define GR_JOBS_PENDING_H

#include <jansson.h>

#include "registry/db.h"

/*
 * Returns {"inProgressJobs":[...],"queuedJobs":[...]}. Each list has the first rotation of its
 * status, even where that is not among the first ten executions. *full: there may be more
 * executions than are listed. NULL, one line: the registry failed, or out of memory.
 */
json_t *pending_lists(struct db *db, const char *thing, bool *full);

#endif
