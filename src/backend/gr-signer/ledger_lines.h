/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_lines.h - lines on their way into the ledger: each gets the hash of the one before. */
#ifndef GR_SIGNER_LEDGER_LINES_H
#define GR_SIGNER_LEDGER_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "gr-signer/ledger_mark.h"
#include "status.h"

struct ledger_lines {
	char *text;
	size_t len;
	struct ledger_mark last; /* end: behind the last brace, in text */
};

/*
 * Links whole lines, each a JSON object and a newline, to the line `before`. torn: a newline goes
 * first, because the file ends with half a line. GR_FAIL, one line: no memory. Release it in any
 * case.
 */
enum status ledger_lines_link(struct ledger_lines *to, const struct ledger_mark *before, bool torn,
			      const char *lines, size_t len);
void ledger_lines_release(struct ledger_lines *lines);	/* takes a zeroed struct */

#endif
