/* SPDX-License-Identifier: Apache-2.0 */
/* pending.h - the list of a thing's open executions, as GetPending and notify show it. */
#ifndef GR_JOBS_PENDING_H
#define GR_JOBS_PENDING_H

#include <jansson.h>

#include "registry/db.h"

/*
 * {"inProgressJobs":[...],"queuedJobs":[...]}, the first rotation of either among them wherever it
 * stands. *full: there may be more. NULL: the registry failed or no memory (one line).
 */
json_t *pending_lists(struct db *db, const char *thing, bool *full);

#endif
