/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.h - may what stands at a path be run, loaded or believed as us?
 *
 * Yes where it, and each folder and link on the way to it, belongs to root or to us and nobody
 * else may write it. A folder that everybody may write counts where it is root's and sticky, as
 * /tmp is: what root and we have there nobody else can replace. "We" are the real user: root, who
 * takes on another user for a while, still believes root alone.
 */
#ifndef GR_TRUST_H
#define GR_TRUST_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "status.h"

/*
 * Walks path link by link. real becomes its name without links, which leads to the same file for
 * as long as nobody but root and we change it; found, unless NULL, is what stands there. GR_NO,
 * silent: nothing does. GR_BAD: somebody else could change what stands there; GR_FAIL: it cannot
 * be looked at. Both write one line that starts with what, unless that is NULL.
 */
enum status trust_path(char real[static PATH_MAX], struct stat *found, const char *path,
		       const char *what);
/*
 * Does the file belong to root or to us, and may nobody else write it? Of folders this says
 * nothing.
 */
bool trust_owner(const struct stat *file);

#endif
