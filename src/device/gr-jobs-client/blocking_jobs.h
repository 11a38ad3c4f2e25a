/* SPDX-License-Identifier: Apache-2.0 */
/* blocking_jobs.h - what stands in front of a rotation that the service does not list. */
#ifndef GR_GR_JOBS_CLIENT_BLOCKING_JOBS_H
#define GR_GR_JOBS_CLIENT_BLOCKING_JOBS_H

#include "gr-jobs-client/list.h"

/*
 * Says in one line, if the list is cut, how many jobs stand in front and which. note is a file
 * that holds those said last, or NULL: nothing is said again while one of them is still listed. A
 * note that cannot be kept costs another line, no more.
 */
void blocking_jobs_report(const struct list *list, const char *thing, const char *note);

#endif
