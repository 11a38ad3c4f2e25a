/* SPDX-License-Identifier: Apache-2.0 */
/* preview.h - what a job would do. */
#ifndef GR_PREVIEW_H
#define GR_PREVIEW_H

#include "registry/verb.h"

/*
 * Prints the things that the job, which the open transaction has just made, would reach, in their order, and after how
 * many seconds. The transaction is rolled back before anything is printed: nobody waits for whoever reads the list.
 */
enum status preview_print(struct verb *v, const char *job);

#endif
