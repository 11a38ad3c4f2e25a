/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_job.h - the newest job that each thing asked for by itself.
 *
 * On GR_FAIL one line has been written; GR_NO is silent.
 */
#ifndef GR_REGISTRY_OWN_JOB_H
#define GR_REGISTRY_OWN_JOB_H

#include "registry/db.h"

/* Sets *at to when the thing got it, in ms since the epoch. GR_NO: the thing never asked. */
enum status own_job_last(int64_t *at, struct db *db, const char *thing);
/* Records a job that the thing asked for; inside the caller's transaction. */
enum status own_job_note(struct db *db, const char *thing, const char *job, int64_t now);

#endif
