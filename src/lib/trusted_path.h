/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trusted_path.h - tells whether a file may be run, loaded or believed.
 *
 * It may if the file, and each folder and link on the way to it, belongs to root or to us and
 * nobody else may write it. A folder that everybody may write is accepted if it is root's and
 * sticky, as /tmp is: nobody else can replace there what belongs to root or us. "We" are the real
 * user: while root works as another user, only root's files are trusted.
 */
#ifndef GR_TRUSTED_PATH_H
#define GR_TRUSTED_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "status.h"

/*
 * Checks path and each folder and link on the way to it. real becomes its name without links,
 * which leads to the same file for as long as nobody but root and we change it; found, unless
 * NULL, is filled with what stands there. GR_NO, silent: nothing does. GR_BAD: somebody else could
 * change what stands there; GR_FAIL: it cannot be looked at. Both write one line that starts with
 * what, unless that is NULL.
 */
enum status trusted_path_check(char real[static PATH_MAX], struct stat *found, const char *path,
		       const char *what);
/*
 * Tells whether the file belongs to root or to us and nobody else may write it. The folders it
 * lies in are not looked at.
 */
bool trusted_path_owner(const struct stat *file);

#endif
