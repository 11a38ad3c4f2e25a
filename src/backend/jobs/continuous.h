/* SPDX-License-Identifier: Apache-2.0 */
/*
 * continuous.h - jobs that follow their thing groups: a thing that joins a group gets an
 * execution, the execution of a thing that leaves becomes REMOVED.
 *
 * All functions run inside the caller's transaction. On GR_FAIL one line has been written; GR_NO
 * is silent.
 */
#ifndef GR_JOBS_CONTINUOUS_H
#define GR_JOBS_CONTINUOUS_H

#include "registry/db.h"

/* Has any thing joined or left a group since? GR_NO: no. */
enum status continuous_is_due(struct db *db);
/* Handles up to 50 of these changes. */
enum status continuous_step(struct db *db, int64_t now);

#endif
