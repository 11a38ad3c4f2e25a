/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_copy.h - further copies of the ledger, named in the file ledger-to beside it: an absolute
 * path a line. A line that begins with "|" names a program, which gets new lines on its standard
 * input and says with status 0 that they are safe; any other line names a file, which gets what it
 * lacks.
 *
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_SIGNER_LEDGER_COPY_H
#define GR_SIGNER_LEDGER_COPY_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "gr-signer/ledger_mark.h"

enum { LEDGER_COPIES = 8 };

struct ledger_copies {
	char list[LEDGER_COPIES][PATH_MAX];	/* as they stand in the file */
	size_t count;
	bool read;
};

/*
 * Brings all copies up to date with the ledger in fd, of size bytes, which is synced. mark: where
 * it ended when they were last. path is the ledger's. GR_BAD: ledger-to, or what it names, is not
 * as it must be; GR_FAIL: a copy cannot be written now.
 */
enum status ledger_copies_sync(struct ledger_copies *copies, int fd, off_t size,
			       const struct ledger_mark *mark, const char *path);

#endif
