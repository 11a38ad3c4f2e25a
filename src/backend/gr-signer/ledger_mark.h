/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_mark.h - the file ledger.end beside the ledger: what its last line is, written after each
 * sync. With it a ledger that was moved away, shortened or replaced is noticed, and a new file
 * continues the chain. It is also the lock of those who append: nobody but the signer's user may
 * open it.
 *
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_SIGNER_LEDGER_MARK_H
#define GR_SIGNER_LEDGER_MARK_H

#include <stdbool.h>

#include "issuer/ledger_chain.h"

struct ledger_mark {
	char hash[LEDGER_HASH];	/* of the last line; "": there is no mark */
	off_t end;		/* behind its brace; 0: it is in an earlier file */
	int64_t newest;		/* the newest time in any line, ms */
};

/*
 * Opens the file beside the ledger at path, and waits for its lock. *fd: -1 or one that was opened
 * before, which is closed where somebody has moved the file away since. GR_BAD: it is a link, or
 * another's.
 */
enum status ledger_mark_lock(int *fd, const char *path);
void ledger_mark_unlock(int fd);
/* While the lock is held. A mark that is torn or not ours is none. */
enum status ledger_mark_read(struct ledger_mark *mark, int fd, const char *path);
enum status ledger_mark_write(int fd, const char *path, const struct ledger_mark *mark);
bool ledger_mark_equal(const struct ledger_mark *a, const struct ledger_mark *b);

#endif
