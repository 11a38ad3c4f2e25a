/* SPDX-License-Identifier: Apache-2.0 */
/* front.h - what stands in front of a rotation that the service does not list. */
#ifndef GR_JOBS_CLIENT_FRONT_H
#define GR_JOBS_CLIENT_FRONT_H

#include "gr-jobs-client/list.h"

/*
 * Says in one line, if the list is cut, how many jobs stand in front and which. note is a file
 * that holds those said last, or NULL: nothing is said again while one of them is still listed. A
 * note that cannot be kept costs another line, no more.
 */
void front_tell(const struct list *list, const char *thing, const char *note);

#endif
