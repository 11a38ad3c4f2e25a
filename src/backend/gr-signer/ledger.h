/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - the file behind the ledger (issuer/signer.h), which gr-signer alone writes, as a
 * chain of lines (issuer/ledger_chain.h). Several signers may write to one file.
 *
 * A file that was moved away, removed, replaced or shortened is noticed, at the latest with the
 * next line. notice says so then, and a new file, or what is left, continues the chain: its next
 * line carries the hash of the line that should be there, so that a restore misses what is gone.
 *
 * On any status but GR_OK one line has been written.
 */
#ifndef GR_SIGNER_LEDGER_H
#define GR_SIGNER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "complain.h"
#include "gr-signer/ledger_copy.h"
#include "gr-signer/ledger_mark.h"

struct ledger {
	int fd;		/* -1: not open */
	int lock;	/* of ledger.end; -1: not open */
	bool torn;	/* the last line was not written to its end */
	off_t size;	/* what was known of the file last; -1: nothing */
	/* newest: the newest time in all lines, ms since the epoch; 0: there is none */
	struct ledger_mark last;
	struct ledger_mark seen;	/* in ledger.end */
	char notice[COMPLAIN_MAX];	/* what an operator must hear of the file */
	bool unsaid, untold;		/* not yet to standard error, not yet to the daemon */
	struct ledger_copies copies;
	char path[4096];
};

void ledger_init(struct ledger *ledger, const char *path);
/*
 * Opens the file if it is not open, and looks whether it is the one that it should be. Never
 * through a link. GR_BAD: it is another's, or others may write to it; GR_FAIL: cannot be opened
 * for appending.
 */
enum status ledger_check(struct ledger *ledger);
void ledger_close(struct ledger *ledger);
/* Whole lines, in one write, each with the hash of the line before it. */
enum status ledger_append(struct ledger *ledger, const char *lines, size_t len);
/* The daemon is to hear this of the file, unless it has not heard yet what was noticed before. */
void ledger_tell(struct ledger *ledger, const char *what);
/* Also brings the copies of the ledger up to date (ledger_copy.h). */
enum status ledger_sync(struct ledger *ledger);

#endif
