/* SPDX-License-Identifier: Apache-2.0 */
/*
 * continuous.h - jobs that follow their thing groups: who joins one gets an execution, who leaves
 * has it REMOVED.
 *
 * Inside the caller's transaction. On GR_FAIL one line has been written; GR_NO is silent.
 */
#ifndef GR_JOBS_CONTINUOUS_H
#define GR_JOBS_CONTINUOUS_H

#include "registry/db.h"

/* Has any thing come or gone? */
enum status continuous_is_due(struct db *db);
/* Deals with some of those that did. */
enum status continuous_step(struct db *db, int64_t now);

#endif
