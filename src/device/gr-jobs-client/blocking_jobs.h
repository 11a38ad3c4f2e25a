/* SPDX-License-Identifier: Apache-2.0 */
/* blocking_jobs.h - the jobs because of which the service may not list a rotation. */
#ifndef GR_JOBS_CLIENT_BLOCKING_JOBS_H
#define GR_JOBS_CLIENT_BLOCKING_JOBS_H

#include "gr-jobs-client/pending_list.h"

/*
 * Writes one line, if the list is cut, with the number of jobs in front of the rotation and their
 * ids. note is a file that keeps the jobs that were named last, so that the line is not repeated
 * while one of them is still listed; NULL: none. If the file cannot be written, the line is
 * repeated.
 */
void blocking_jobs_report(const struct pending_list *list, const char *thing, const char *note);

#endif
