/* SPDX-License-Identifier: Apache-2.0 */
/* dry_run.h - what a job would do. */
#ifndef GR_JOBS_DRY_RUN_H
#define GR_JOBS_DRY_RUN_H

#include "registry/command.h"

/*
 * Prints the things that the job, which the open transaction has just made, would reach, in their
 * order, and after how many seconds. The transaction is rolled back before anything is printed:
 * nobody waits for whoever reads the list.
 */
enum status dry_run_print(struct command *v, const char *job);

#endif
