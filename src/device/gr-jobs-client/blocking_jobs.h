/* SPDX-License-Identifier: Apache-2.0 */
/* blocking_jobs.h - the jobs because of which the service may not list a rotation. */
#ifndef GR_JOBS_CLIENT_BLOCKING_JOBS_H
#define GR_JOBS_CLIENT_BLOCKING_JOBS_H

#include "gr-jobs-client/list.h"

/*
 * If the list is cut, says in one line how many jobs stand in front and which. note is a file, or
 * NULL: it keeps the jobs that were named last, and nothing is said again while one of them is
 * still listed. If the file cannot be written the line comes again, and nothing else happens.
 */
void blocking_jobs_report(const struct list *list, const char *thing, const char *note);

#endif
