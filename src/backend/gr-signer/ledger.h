/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - the file behind the ledger (issuer/signer.h), which gr-signer alone writes. On any
 * status but GR_OK one line has been written.
 */
#ifndef GR_SIGNER_LEDGER_H
#define GR_SIGNER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

struct ledger {
	int fd;		/* -1: not open */
	bool torn;	/* the last line was not written to its end */
	char path[4096];
};

/*
 * Never through a link. GR_BAD: it is another's, or others may write to it; GR_FAIL: cannot be
 * opened for appending.
 */
enum status ledger_open(struct ledger *ledger, const char *path);
void ledger_close(struct ledger *ledger);
/* Whole lines, in one write. */
enum status ledger_append(struct ledger *ledger, const char *lines, size_t len);
enum status ledger_sync(struct ledger *ledger);

#endif
