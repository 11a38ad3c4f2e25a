/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unfinished.h - the mark of an authority that gr-ca init has begun to make: where it is, the same
 * command goes on where one that was cut off ended. It is the file .NAME.unfinished beside the
 * authority's. On any status but GR_OK one line has been written.
 */
#ifndef GR_CA_UNFINISHED_H
#define GR_CA_UNFINISHED_H

#include <stdbool.h>

#include "status.h"

/* Is there such a mark? */
bool unfinished_is(const char *dir, const char *name);
/* Sets it durably, before the first file of the authority. */
enum status unfinished_mark(const char *dir, const char *name);
/* Takes it away durably from the directory dirfd at dir, if there is one. */
enum status unfinished_clear(int dirfd, const char *dir, const char *name);

#endif
